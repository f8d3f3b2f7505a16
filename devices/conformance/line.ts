import { Compile } from "typebox/compile";
import { DeviceState, Presence } from "../../src/protocol/messages.ts";
import { uplinkTopic } from "../../src/protocol/topics.ts";
import { readAs } from "./read-as.ts";
import type { Timeline } from "./timeline.ts";

/** What the gateway says of its line and its clock. */
export interface Line {
  isOnline(): boolean;
  /** As the newest state of the newest connection says. */
  isClockTrusted(): boolean;
  /** The boot ids that it announced itself with, in order. */
  boots(): string[];
}

const validators = { presence: Compile(Presence), state: Compile(DeviceState) };

export function createLine(timeline: Timeline, deviceId: string): Line {
  const published = (leaf: "presence" | "state") =>
    timeline.of("publish").filter(({ topic }) => topic === uplinkTopic(deviceId, leaf));

  return {
    isOnline() {
      const last = published("presence").at(-1);
      const gone = timeline.of("disconnect").at(-1);
      if (!last || !readAs(validators.presence, last.payload)?.online) return false;
      return !gone || gone.connection < last.connection;
    },
    isClockTrusted() {
      const { connection } = timeline.of("connect").at(-1) ?? {};
      const state = published("state").findLast((deed) => deed.connection === connection);
      return readAs(validators.state, state?.payload ?? "")?.clock.trusted ?? false;
    },
    boots: () =>
      published("presence").flatMap(({ payload }) => {
        const said = readAs(validators.presence, payload);
        return said?.online ? [said.bootId] : [];
      }),
  };
}
