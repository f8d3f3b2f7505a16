import type { BaseLogger } from "pino";
import type { Command } from "../../src/protocol/messages.ts";
import type { Output } from "./output.ts";
import { entryFromPlay } from "./plan.ts";
import type { PlanBook } from "./plan-book.ts";
import type { Player } from "./player.ts";
import type { Silence } from "./silence.ts";
import type { Volume } from "./volume.ts";

interface Options {
  book: PlanBook;
  player: Player;
  output: Output;
  volume: Volume;
  silence: Pick<Silence, "signal">;
  now: () => number;
  log: BaseLogger;
  /** Look for missing media now. */
  prefetch: () => void;
  /** Fetch the playlist within so many ms. */
  refreshWithin: (ms: number) => void;
  tellState: () => void;
  onReboot: () => void;
}

/** What each accepted command does. */
export function createObedience(options: Options): (command: Command) => Promise<void> {
  const { book, player, output, volume, silence, now, log } = options;

  const idsBefore = (startBefore: number): string[] =>
    book
      .toCome()
      .filter(({ startAt }) => startAt < startBefore)
      .map(({ id }) => id);

  return async (command) => {
    switch (command.type) {
      case "play":
        book.add(entryFromPlay(command));
        options.prefetch();
        break;
      case "stop": {
        const { body } = command;
        const ids = "all" in body ? idsBefore(body.startBefore ?? now()) : [body.broadcastId];
        await Promise.all(ids.map((id) => player.stop(id, "stopped")));
        break;
      }
      case "refresh":
        options.refreshWithin(Math.max(0, command.body.fetchBy - now()) * Math.random());
        break;
      case "volume":
        volume.set(command.body.volume, command.issuedAt);
        options.tellState();
        break;
      case "test-tone":
        await output.testTone(command.body.durationMs, volume.capped(command.body.volume), silence.signal);
        break;
      case "identify":
        log.info("this is the device");
        options.tellState();
        break;
      case "reboot":
        options.onReboot();
        break;
    }
  };
}
