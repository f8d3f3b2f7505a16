import { GRADES, type Grade, type ReportType } from "../protocol/messages.ts";

/** What a device said of one broadcast, in order of its clock. */
export interface ProofRecord {
  type: ReportType;
  at: number;
  latenessMs: number | null;
  grade: Grade | null;
  reason: string | null;
}

/** What devices said of one broadcast, per device. */
export interface DeviceProof extends Proven {
  deviceId: string;
  name: string;
  regionCode: string;
  regionName: string;
  kind: "loudspeaker" | "terminal";
  online: boolean;
}

/** What the records of one device come to. */
export interface Proven {
  /** The strongest that a record says; `null` when nothing is known. */
  grade: Grade | null;
  startedAt: number | null;
  latenessMs: number | null;
  finishedAt: number | null;
  /** The last record that says that it did not play, or not to the end. */
  ending: { type: ReportType; reason: string } | null;
}

/** Record types after which a device will not play, or not further. */
const ENDINGS = new Set<ReportType>(["interrupted", "failed", "refused", "skipped"]);

const GRADE_OF_TYPE: Partial<Record<ReportType, Grade>> = {
  received: "delivered",
  cached: "cached",
  started: "started",
  finished: "finished",
};

/** The grade a record proves by itself. Only a device that measured says `sensed`, and only of the whole. */
export function gradeOf(type: ReportType, claimed: Grade | null): Grade | null {
  const own = GRADE_OF_TYPE[type] ?? null;
  return claimed === "sensed" && type === "finished" ? "sensed" : own;
}

const gradeRank = (grade: Grade | null): number => (grade === null ? -1 : GRADES.indexOf(grade));

export function provenBy(records: readonly ProofRecord[]): Proven {
  const grades = records.map(({ type, grade }) => gradeOf(type, grade));
  const started = records.find(({ type }) => type === "started");
  const finished = records.find(({ type }) => type === "finished");
  const ending = records.findLast(({ type }) => ENDINGS.has(type));
  return {
    grade: grades.reduce((best, next) => (gradeRank(next) > gradeRank(best) ? next : best), null),
    startedAt: started?.at ?? null,
    latenessMs: started?.latenessMs ?? null,
    finishedAt: finished?.at ?? null,
    ending: ending && !finished ? { type: ending.type, reason: ending.reason ?? "no reason given" } : null,
  };
}

/** Start lateness in ms over the devices that started; `null` when none did. */
export interface Lateness {
  p50: number;
  p99: number;
  max: number;
}

/** Nearest-rank percentiles. */
export function latenessOf(values: number[]): Lateness | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p99, max] = [at(0.5), at(0.99), at(1)];
  return p50 === undefined || p99 === undefined || max === undefined ? null : { p50, p99, max };
}

export type GradeCounts = Record<Grade | "unknown", number>;

/** How many devices reached at least each grade; `unknown` counts those that said nothing. */
export function countGrades(grades: (Grade | null)[]): GradeCounts {
  const counts: GradeCounts = { delivered: 0, cached: 0, started: 0, finished: 0, sensed: 0, unknown: 0 };
  for (const grade of grades) {
    if (grade === null) counts.unknown += 1;
    for (const reached of GRADES.slice(0, gradeRank(grade) + 1)) counts[reached] += 1;
  }
  return counts;
}
