import { createHash } from "node:crypto";
import type { LiveIndex } from "../src/protocol/live-index.ts";
import type { Signer } from "../src/protocol/signing.ts";
import { fence, http } from "./line-blocks.ts";
import { ISSUED_AT } from "./protocol-vectors.ts";

const BROADCAST = "01939f0a-2f00-7000-8000-00000000b002";
const PART_MS = 1_280;

/** The section of worked examples on what is spoken live. @param request the first lines of a request of the device's */
export async function liveExample(signer: Signer, request: (path: string) => string): Promise<string> {
  const startAt = ISSUED_AT + 4_000;
  const partOf = (n: number) => {
    const sha256 = createHash("sha256").update(`part ${n}`).digest("hex");
    const url = `/media/${sha256}?expires=1796112000&signature=5yQ0zq2yXb0m3q5o1Qf6vA`;
    return { n, atMs: (n - 1) * PART_MS, durationMs: PART_MS, sha256, url, bytes: 10_240 };
  };
  const index: LiveIndex = {
    broadcastId: BROADCAST,
    audience: { areas: ["370783112000"], kinds: ["loudspeaker"] },
    parts: [partOf(2), partOf(3)],
    ended: false,
  };
  return `A \`play\` command with \`startAt\` ${startAt}, no items and \`live\` was obeyed, and the device knows of part 1:

${http(request(`/device/v1/live/${BROADCAST}?after=1`))}
As soon as there is another part:

${http("HTTP/1.1 200 OK\nContent-Type: application/jose\nCache-Control: private, no-store", await signer.sign("live", index))}
It says

${fence(JSON.stringify(index), "json")}
so part 3 is due at ${startAt} + ${partOf(3).atMs} = **${startAt + partOf(3).atMs}**. The device fetches what it has not, and asks for what comes after 3.
`;
}
