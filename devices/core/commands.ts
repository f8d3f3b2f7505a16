import type { BaseLogger } from "pino";
import { type AudienceMember, audienceIncludes } from "../../src/protocol/audience.ts";
import type { Command, ReasonCode } from "../../src/protocol/messages.ts";
import { VerificationError, type Verifier } from "../../src/protocol/signing.ts";
import type { CommandResult, Journal } from "./journal.ts";
import type { Reporter } from "./reporter.ts";

interface Options {
  verify: Verifier;
  member: AudienceMember;
  journal: Journal;
  reporter: Reporter;
  now: () => number;
  log: BaseLogger;
  /** Does what an accepted command says. */
  obey: (command: Command) => Promise<void> | void;
}

/** Clocks differ a little: a command from less than this ahead is not from the future. */
const SKEW_MS = 5_000;

/** Takes a signed command from the broker: verifies, refuses with a reason, or obeys it once and reports `received`. */
export function createCommandHandler({ verify, member, journal, reporter, now, log, obey }: Options) {
  /** In the order of the protocol's list; `null` when it is to be obeyed. */
  function refusal(command: Command, retained: boolean): ReasonCode | null {
    if (retained) return "retained";
    if (!audienceIncludes(command.audience, member)) return "wrong-audience";
    if (command.notAfter < now()) return "expired";
    if (command.issuedAt > now() + SKEW_MS) return "not-yet-valid";
    return null;
  }

  function answer(commandId: string, result: CommandResult): void {
    reporter.report({ commandId, ...result });
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
    const done = journal.commandResult(command.id);
    if (done) return answer(command.id, done);

    const reason = refusal(command, retained);
    const result: CommandResult = reason === null ? { type: "received" } : { type: "refused", reason };
    journal.settleCommand(command.id, now(), result);
    log.info(
      { commandId: command.id, type: command.type, ...(reason ? { reason } : {}) },
      reason ? "command refused" : "command",
    );
    if (reason === null && command.type !== "reboot") await obey(command);
    answer(command.id, result);
    if (reason === null && command.type === "reboot") await obey(command);
  };
}
