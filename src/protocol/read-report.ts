import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { Id, MAX_RECORDS_PER_REPORT, object, PlaybackRecord, Report } from "./messages.ts";

/** A record that has a number and is otherwise not as it should be. */
export interface Misfit {
  seq: number;
  /** As it came, JSON. */
  payload: string;
  problem: string;
}

export type ReadReport = { report: Report; misfits: Misfit[] } | { problem: string };

const Envelope = object({
  bootId: Id,
  records: Type.Array(object({ seq: PlaybackRecord.properties.seq }), {
    minItems: 1,
    maxItems: MAX_RECORDS_PER_REPORT,
  }),
});
const validators = { report: Compile(Report), envelope: Compile(Envelope), record: Compile(PlaybackRecord) };

/**
 * One record that fits no schema must not keep those around it from being stored, for ever: what has a number is told
 * apart one by one. Anything else is wrong as a whole.
 */
export function readReport(message: unknown): ReadReport {
  if (validators.report.Check(message)) return { report: message, misfits: [] };
  if (!validators.envelope.Check(message)) return { problem: problemOf(validators.report, message) };
  const { bootId } = message;
  const { bootedAt } = message as { bootedAt?: unknown };
  const records: PlaybackRecord[] = [];
  const misfits: Misfit[] = [];
  for (const record of message.records) {
    if (validators.record.Check(record)) records.push(record);
    else
      misfits.push({
        seq: record.seq,
        payload: JSON.stringify(record),
        problem: problemOf(validators.record, record),
      });
  }
  const isInstant = Number.isSafeInteger(bootedAt) && Number(bootedAt) >= 0;
  return { report: { bootId, ...(isInstant ? { bootedAt: Number(bootedAt) } : {}), records }, misfits };
}

function problemOf(
  validator: { Errors(value: unknown): { instancePath: string; message: string }[] },
  value: unknown,
) {
  if (value === undefined) return "not JSON";
  const [first] = validator.Errors(value);
  return first ? `${first.instancePath || "/"} ${first.message}` : "not a report";
}
