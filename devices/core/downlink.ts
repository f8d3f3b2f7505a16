import type { BaseLogger } from "pino";
import { Compile } from "typebox/compile";
import { Ack, PlaylistPointer } from "../../src/protocol/messages.ts";
import { VerificationError, type Verifier } from "../../src/protocol/signing.ts";
import { parseTopic } from "../../src/protocol/topics.ts";
import { entryFromAlert } from "./plan.ts";
import type { PlanBook } from "./plan-book.ts";
import type { PlaylistKeeper } from "./playlist-keeper.ts";
import type { Reporter } from "./reporter.ts";

interface Options {
  verify: Verifier;
  keeper: Pick<PlaylistKeeper, "onPointer">;
  onCommand: (jws: string, retained: boolean) => Promise<void>;
  book: Pick<PlanBook, "raise" | "clearAlert">;
  reporter: Pick<Reporter, "onAck" | "report">;
  /** Look for missing media now. */
  prefetch: () => void;
  log: BaseLogger;
}

const validators = { ack: Compile(Ack), pointer: Compile(PlaylistPointer) };

/** Leads what the broker delivers to the part that it is for. */
export function createDownlink(options: Options) {
  const { verify, keeper, onCommand, book, reporter, prefetch, log } = options;

  async function onAlert(area: string, jws: string): Promise<void> {
    if (jws === "") return book.clearAlert(area);
    try {
      const raised = book.raise(entryFromAlert(await verify("alert", jws), area));
      prefetch();
      await raised;
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      reporter.report({ type: "refused", reason: error.reason });
    }
  }

  return async (topic: string, text: string, retained: boolean): Promise<void> => {
    const parsed = parseTopic(topic);
    if (!parsed) return;
    switch (parsed.leaf) {
      case "playlist": {
        const pointer: unknown = JSON.parse(text);
        if (validators.pointer.Check(pointer)) keeper.onPointer(pointer, retained);
        break;
      }
      case "command":
        await onCommand(text, retained);
        break;
      case "alert":
        await onAlert(parsed.scope.id, text);
        break;
      case "ack": {
        const ack: unknown = JSON.parse(text);
        if (validators.ack.Check(ack)) reporter.onAck(ack);
        break;
      }
      default:
        log.warn({ topic }, "message on an unknown topic");
    }
  };
}
