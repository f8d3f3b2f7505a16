import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ToPage, ToWorker } from "../../devices/terminal/messages.ts";
import { createPrivateFolder } from "../support/terminal-folder.ts";

const told: ToPage[] = [];
let tell: (message: ToWorker) => void;

beforeAll(async () => {
  const { folder } = createPrivateFolder({ bytes: Infinity });
  const root = Object.assign(folder, { getDirectoryHandle: async () => folder });
  const storage = { getDirectory: async () => root, estimate: async () => ({ quota: 1, usage: 0 }) };
  vi.stubGlobal("navigator", { storage });
  vi.stubGlobal("location", { origin: "http://127.0.0.1:1" });
  vi.stubGlobal("postMessage", (message: ToPage) => void told.push(message));
  vi.stubGlobal("addEventListener", (_: string, take: (event: { data: ToWorker }) => void) => {
    tell = (data) => take({ data });
  });
  await import("../../devices/terminal/device-worker.ts");
});
afterAll(() => vi.unstubAllGlobals());

test("a bundle that nobody is there to take is not said to be taken", async () => {
  tell({ kind: "enrol", code: null });
  await vi.waitFor(() => expect(told).toEqual([{ kind: "enrol", problem: null }]));
  tell({ kind: "bundle", file: new File(["a bundle"], "village.ccx.tar") });
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told[1]).toEqual({ kind: "bundle-taken", what: "village.ccx.tar", isTaken: false });
});
