import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Running, start } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import type { Item } from "../../src/protocol/messages.ts";
import { type AirStation, openAirStation } from "./air-station.ts";
import { makeTone } from "./county.ts";

/** A gateway as a process of its own, with a box file and a station to hear. */
export interface Box {
  station: AirStation;
  state: string;
  /** Writes the box file and starts the gateway; resolves once it is heard. */
  start(boxFile: object): Promise<void>;
  /** Puts a tone of so many ms into the station. */
  media(name: string, ms: number): Item;
  log(): string;
  /** Those that it told last. */
  faults(): string[];
  close(): Promise<void>;
}

export async function openBox(): Promise<Box> {
  const state = await mkdtemp(join(tmpdir(), "ccx-box-"));
  const station = await openAirStation();
  const logFile = join(state, "gateway.log");
  let gateway: Running | null = null;

  return {
    station,
    state,
    async start(boxFile) {
      const { kind: _, ...identity } = station.identity;
      await writeFile(join(state, "identity.json"), JSON.stringify(identity));
      const file = join(state, "box.json");
      await writeFile(file, JSON.stringify(boxFile));
      const args = ["--server", station.url, "--state", state, "--output", "wav", "--box", file];
      gateway = start(["devices/gateway/main.ts", ...args], logFile);
      await until(() => station.states.length > 0, { what: "the gateway", timeoutMs: 20_000 });
    },
    media: (name, ms) => station.addMedia(readFileSync(makeTone(join(state, name), ms / 1_000)), ms),
    log: () => readFileSync(logFile, "utf8"),
    faults: () => station.states.at(-1)?.faults ?? [],
    async close() {
      await gateway?.end("SIGKILL");
      await station[Symbol.asyncDispose]();
      await rm(state, { recursive: true });
    },
  };
}

/** A program that does what a script says, as an operator would write one. */
export const shell = (script: string): string[] => ["/bin/sh", "-c", script];
