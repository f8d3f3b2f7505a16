import { Compile } from "typebox/compile";
import { type Desired, DeviceState } from "../../../src/protocol/messages.ts";
import { commandTopic } from "../../../src/protocol/topics.ts";
import type { Bench } from "../bench.ts";
import { readAs } from "../read-as.ts";
import type { Case } from "./case.ts";

const validator = Compile(DeviceState);
const GROUP = "kit-group";
/** A device that was away fetches in its slot of 20 s. */
const SLOT_MS = 45_000;

const desired = (version: number, over: Partial<Desired> = {}): Desired => ({
  version,
  groups: [],
  policyVersion: `kit-${version}`,
  ...over,
});

/** Waits for a state that says all of this. */
const says = (bench: Bench, wanted: Partial<DeviceState>, otherwise: string, timeoutMs?: number) =>
  bench.comes(
    () => {
      const last = bench.timeline.of("publish").findLast(({ topic }) => topic.endsWith("/state"));
      const state = last && readAs(validator, last.payload);
      return Object.entries(wanted).every(
        ([field, value]) => JSON.stringify(state?.[field as keyof DeviceState]) === JSON.stringify(value),
      );
    },
    otherwise,
    timeoutMs,
  );

export const twinCases: Case[] = [
  {
    id: "desired",
    says: "takes the desired half of a playlist, and says back which version and policy it holds",
    section: "The twin",
    async run(bench) {
      const fetch = { slotOffsetMs: 0, deadline: Math.round(bench.now()) + 3_600_000, maxKbps: 4_000 };
      await bench.server.list([], { desired: desired(1, { volume: 40 }), fetch });
      const wanted = { desiredVersion: 1, policyVersion: "kit-1", volume: 40, maxKbps: 4_000 };
      await says(bench, wanted, `no state says ${JSON.stringify(wanted)}`);
    },
  },
  {
    id: "desired-while-away",
    says: "takes at its return what was set while it was away, by the playlist alone",
    section: "The twin",
    async run(bench) {
      await bench.server.list([], { desired: desired(2, { volume: 50 }) });
      await says(bench, { volume: 50 }, "no state says the volume of the playlist");
      await bench.offline(async () => {
        await bench.server.serve([], { desired: desired(3, { volume: 20 }) });
      });
      await says(
        bench,
        { desiredVersion: 3, volume: 20 },
        "it does not take what was set meanwhile",
        SLOT_MS,
      );
    },
  },
  {
    id: "desired-once",
    says: "takes each version once: what a later `volume` set stays, over a reboot too, until the next version",
    section: "The twin",
    async run(bench) {
      await bench.server.list([], { desired: desired(4, { volume: 60 }) });
      await says(bench, { volume: 60 }, "no state says the volume of the playlist");
      const { id } = await bench.server.command("volume", { volume: 30 });
      await bench.hears(id, "received");
      const { revision } = await bench.server.list([], { desired: desired(4, { volume: 60 }) });
      await says(bench, { revision, volume: 30 }, "the same version undid what a command had set");
      const since = bench.timeline.length;
      await bench.reboot();
      await bench.comes(
        () => bench.timeline.of("publish", since).some(({ topic }) => topic.endsWith("/state")),
        "it says no state after a reboot",
      );
      await says(bench, { volume: 30 }, "a reboot undid what a command had set");
      await bench.server.list([], { desired: desired(5, { volume: 70 }) });
      await says(bench, { volume: 70 }, "it does not take the next version", SLOT_MS);
    },
  },
  {
    id: "groups",
    says: "takes up the topics of the groups that it is in, and says so",
    section: "The twin",
    async run(bench) {
      const since = bench.timeline.length;
      await bench.server.list([], { desired: desired(6, { groups: [GROUP] }) });
      const topic = commandTopic({ kind: "group", id: GROUP });
      await bench.comes(
        () => bench.timeline.of("subscribe", since).some(({ filter }) => filter === topic),
        `it does not subscribe to ${topic}`,
        SLOT_MS,
      );
      await says(bench, { groups: [GROUP] }, "no state says that it has taken up the group");
      await bench.server.list([], { desired: desired(7) });
      await says(bench, { groups: [] }, "no state says that it has left the group", SLOT_MS);
    },
  },
];
