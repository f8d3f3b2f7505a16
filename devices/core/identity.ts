import { join } from "node:path";
import { Compile } from "typebox/compile";
import { type DeviceKind, EnrolResponse } from "../../src/protocol/messages.ts";
import { readIfPresent, writeDurably } from "./durable-file.ts";

/** What enrolment gave: credentials, areas and the keys that are trusted from then on. */
export type Identity = EnrolResponse & { kind: DeviceKind };

const validator = Compile(EnrolResponse);
export const SOFTWARE = "cuncunxiang-gateway/0.1";

export interface EnrolOptions {
  server: string;
  stateDir: string;
  code: string | null;
  hardwareId: string;
  kind: DeviceKind;
}

export class EnrolmentError extends Error {}

/**
 * The stored identity, or a new one for the enrolment code. A code that is given again after it was used is ignored.
 * @throws {EnrolmentError} without an identity and a usable code
 */
export async function loadOrEnrol({
  server,
  stateDir,
  code,
  hardwareId,
  kind,
}: EnrolOptions): Promise<Identity> {
  const path = join(stateDir, "identity.json");
  const stored = readIfPresent(path);
  if (stored !== null) return { ...parseIdentity(JSON.parse(stored)), kind };
  if (code === null) throw new EnrolmentError("This device is not enrolled yet: start it once with --code.");
  const answer = await fetch(`${server}/device/v1/enroll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code, hardwareId, kind, model: `reference ${kind}`, software: SOFTWARE }),
    signal: AbortSignal.timeout(15_000),
  });
  const body = (await answer.json()) as { detail?: string; hint?: string };
  if (!answer.ok)
    throw new EnrolmentError(
      [`The server refused the enrolment: ${body.detail}`, body.hint].filter(Boolean).join(" "),
    );
  const identity = parseIdentity(body);
  writeDurably(path, JSON.stringify(identity));
  return { ...identity, kind };
}

function parseIdentity(value: unknown): EnrolResponse {
  if (!validator.Check(value))
    throw new EnrolmentError("The identity is not as the protocol describes it; enrol again.");
  return value;
}
