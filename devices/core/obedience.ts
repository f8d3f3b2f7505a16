import type { BaseLogger } from "pino";
import type { Command } from "../../src/protocol/messages.ts";
import type { Journal } from "./journal.ts";
import type { Output } from "./output.ts";
import { entryFromPlay, isStopped, type StopOfAll } from "./plan.ts";
import type { PlanBook } from "./plan-book.ts";
import type { Player } from "./player.ts";
import type { Silence } from "./silence.ts";
import type { Volume } from "./volume.ts";

interface Options {
  book: PlanBook;
  player: Player;
  journal: Pick<Journal, "mark">;
  output: Output;
  volume: Pick<Volume, "set" | "capped">;
  silence: Pick<Silence, "signal">;
  now: () => number;
  log: BaseLogger;
  /** Look for missing media now. */
  prefetch: () => void;
  /** Fetch the playlist within so many ms. */
  refreshWithin: (ms: number) => void;
  tellState: () => void;
  onIdentify: () => void;
  onReboot: () => void;
}

/** What each accepted command does. */
export function createObedience(options: Options): (command: Command) => Promise<void> {
  const { book, player, journal, output, volume, silence, now, log } = options;

  const stop = (id: string): Promise<void> => player.stop(id, "stopped");

  /** Silence comes first: a card that fails must not keep it from that. */
  async function stopAll(id: string, what: StopOfAll): Promise<void> {
    const concerned = book.toCome().filter((entry) => isStopped([what], entry, now()));
    const silent = Promise.all(concerned.map((entry) => stop(entry.id)));
    try {
      journal.mark({ kind: "stop-of-all", id, at: now(), ...what });
    } finally {
      await silent;
    }
  }

  return async (command) => {
    switch (command.type) {
      case "play":
        book.add(entryFromPlay(command));
        options.prefetch();
        break;
      case "stop": {
        const { id, issuedAt, body } = command;
        if ("all" in body) await stopAll(id, { issuedAt, startBefore: body.startBefore ?? now() });
        else await stop(body.broadcastId);
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
        options.onIdentify();
        options.tellState();
        break;
      case "reboot":
        options.onReboot();
        break;
    }
  };
}
