import type { BaseLogger } from "pino";
import { type AudienceMember, audienceIncludes } from "../../src/protocol/audience.ts";
import type { Command, ReasonCode } from "../../src/protocol/messages.ts";
import { VerificationError, type Verifier } from "../../src/protocol/signing.ts";
import type { CommandResult, Journal } from "./journal.ts";
import { entryFromPlay, isStopped, SKEW_MS } from "./plan.ts";
import type { Reporter } from "./reporter.ts";

interface Options {
  verify: Verifier;
  member: AudienceMember;
  journal: Journal;
  reporter: Reporter;
  now: () => number;
  clockTrusted: () => boolean;
  log: BaseLogger;
  /** Does what an accepted command says. */
  obey: (command: Command) => Promise<void> | void;
}

/** What may be another answer the next time is not kept: the server sends an unanswered command again. */
const PASSING = new Set<ReasonCode>(["retained", "not-yet-valid"]);
/** Done again they would do harm; of the others a second time changes nothing, and a power cut must not lose them. */
const ONCE = new Set<Command["type"]>(["reboot", "test-tone", "identify"]);

/** Takes a signed command from the broker: verifies, refuses with a reason, or obeys it once and reports `received`. */
export function createCommandHandler(options: Options) {
  const { verify, member, journal, reporter, now, clockTrusted, log, obey } = options;

  /** In the order of the protocol's list; `null` when it is to be obeyed. */
  function refusal(command: Command, retained: boolean): ReasonCode | null {
    if (retained) return "retained";
    if (!audienceIncludes(command.audience, member)) return "wrong-audience";
    if (command.notAfter < now()) return "expired";
    if (command.issuedAt > now() + SKEW_MS) return "not-yet-valid";
    if (command.type === "play" && isStopped(journal.stopsOfAll(), entryFromPlay(command), now()))
      return "stopped";
    return null;
  }

  /** Reports the result and keeps it, in one. */
  function settle(id: string, result: CommandResult): void {
    reporter.report({ commandId: id, ...result }, { kind: "command", id, at: now(), result });
  }

  return async (jws: string, retained: boolean): Promise<void> => {
    let command: Command;
    try {
      command = await verify("command", jws);
    } catch (error) {
      const reason = error instanceof VerificationError ? error.reason : "malformed";
      log.warn({ reason }, "command refused");
      reporter.report({ type: "refused", reason });
      return;
    }
    const { id, type } = command;
    const done = journal.commandResult(id);
    if (done) return reporter.report({ commandId: id, ...done });

    const reason = refusal(command, retained);
    if (reason !== null) {
      log.info({ commandId: id, type, reason }, "command refused");
      const isPassing = PASSING.has(reason) || (reason === "expired" && !clockTrusted());
      if (isPassing) reporter.report({ type: "refused", commandId: id, reason });
      else settle(id, { type: "refused", reason });
      return;
    }
    log.info({ commandId: id, type }, "command");
    if (ONCE.has(type)) settle(id, { type: "received" });
    await obey(command);
    if (!ONCE.has(type)) settle(id, { type: "received" });
  };
}
