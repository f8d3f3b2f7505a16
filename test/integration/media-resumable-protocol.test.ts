import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeTone } from "../support/county.ts";
import { openUploadHouse, type UploadHouse } from "../support/upload-house.ts";

let bytes: Buffer;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-tus-protocol-"));
  bytes = readFileSync(makeTone(join(folder, "tone.wav"), 6));
  await rm(folder, { recursive: true });
});

let house: UploadHouse;
beforeEach(async () => {
  house = await openUploadHouse();
});
afterEach(() => house.close());

async function created(): Promise<string> {
  const answer = await house.tus().create({ target: house.targetOf(1) }, bytes.length);
  expect(answer.status).toBe(201);
  return answer.headers.get("location") ?? "";
}

describe("a sender that went silent with its connection open", () => {
  test("is waited for without work, and the upload goes on from what it had sent", async () => {
    const location = await created();
    const silent = await house.goSilent(location, bytes.subarray(0, 100_000), bytes.length);
    const [beganAt, before] = [performance.now(), process.cpuUsage()];
    expect(await house.tus().offsetOf(location)).toBe(100_000);
    const waitedMs = performance.now() - beganAt;
    const { user, system } = process.cpuUsage(before);
    const busyMs = (user + system) / 1_000;
    // The library gives the sender three seconds to end by itself.
    expect(waitedMs).toBeLessThan(10_000);
    expect(busyMs).toBeLessThan(waitedMs / 3);
    const last = await house.tus().patch(location, 100_000, bytes.subarray(100_000));
    expect(last.status).toBe(204);
    silent.destroy();
  });
});
