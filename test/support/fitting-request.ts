import fc from "fast-check";
import type { WalkedOperation } from "./api-walk.ts";
import { fromSchema } from "./from-schema.ts";
import type { FurnishedCounty } from "./furnished-county.ts";
import { everywhere } from "./people.ts";
import { scheduleDefinition } from "./schedule-definition.ts";

const SEED = 6;
/** What it says of the file that it was sent is not what is asked here. */
const TAKES_FILE = /^PUT .*\/(recording|cover|chunks\/\{\}|sound\/\{\})$/;

export const takesFile = (name: string): boolean => name === "PATCH /uploads/{}" || TAKES_FILE.test(name);

/** A request that an operation takes, so that whether it is let through depends on who asks, and about what. */
export function fittingRequest({ name, body }: WalkedOperation, { notice, recording }: FurnishedCounty) {
  if (name.includes("/uploads/")) {
    const headers = { "tus-resumable": "1.0.0" };
    if (name !== "PATCH /uploads/{}") return { headers };
    const type = "application/offset+octet-stream";
    return { headers: { ...headers, "upload-offset": "0", "content-type": type }, body: "RIFF" };
  }
  if (takesFile(name)) return { headers: { "content-type": "audio/webm;codecs=opus" }, body: "RIFF" };
  if (!body) return { headers: {} };
  // A schema does not say what it takes to fit together.
  const consent = { person: "种粮大户", scope: "广播", validUntil: null, document: "授权书" };
  const comment = { part: 1, atMs: 0, text: "这里重读" };
  const trim = { fromMs: 0, toMs: 900 };
  const known: Record<string, unknown> = {
    "PUT /announcements/{}/asset": { sha256: notice },
    "POST /broadcasts/{}/correction": { source: { assetSha256: notice } },
    "PUT /broadcasts/{}/attendance/{}/headcount": { people: 3 },
    "PATCH /devices/{}/twin": { volume: 40 },
    "POST /episodes/{}/comments": comment,
    "POST /episodes/{}/consents": { ...consent, segment: "党建聚焦" },
    "PUT /episodes/{}/segments/{}/asset": { sha256: recording.sha256 },
    "PUT /episodes/{}/segments/{}/trim": trim,
    "PUT /people/{}/roles": { roles: everywhere("editor") },
    "PUT /regions/{}/policy": { maxVolume: 50 },
    "PUT /schedules/{}": scheduleDefinition(),
    "POST /sessions/{}/comments": comment,
    "POST /sessions/{}/consents": { ...consent, segment: null },
    "PUT /sessions/{}/asset": { sha256: recording.sha256 },
    "PUT /sessions/{}/trim": trim,
  };
  const [made] = fc.sample(
    fromSchema(body, () => []),
    { numRuns: 1, seed: SEED },
  );
  return {
    headers: { "content-type": "application/json", "if-match": "*" },
    body: JSON.stringify(known[name] ?? made),
  };
}
