/** Work that outlives the process: on an asset (`listen`) or on a composition (`sound`, `picture`). */
export interface Job {
  id: string;
  kind: JobKind;
  /** The asset's SHA-256, or the composition's id. */
  subject: string;
  state: JobState;
  /** When what it makes is expected on air; `null` when nobody knows. */
  airAt: number | null;
  /** How often it has failed. */
  failures: number;
  /** How often in a row nobody was left to say how it ended: the server was killed, or could not write it down. */
  abandonments: number;
  /** Not tried before this instant: a failed attempt waits. */
  notBefore: number;
  /** Who works on it, until when without another sign of life. */
  worker: string | null;
  leaseUntil: number | null;
  beganAt: number | null;
  /** Per cent of the work done; only the process that does it knows. */
  progress: number;
  error: string | null;
  createdAt: number;
  updatedAt: number;
}

export const JOB_KINDS = ["listen", "sound", "picture"] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export const JOB_STATES = ["queued", "running", "done", "failed", "cancelled"] as const;
export type JobState = (typeof JOB_STATES)[number];

export const isOpen = (job: Job | null): boolean => job?.state === "queued" || job?.state === "running";

/** Whether it ended without having done its work. */
export const hasFailed = (job: Job | null): boolean => job?.state === "failed" || job?.state === "cancelled";

/** A job that fails this often is left alone. */
export const MAX_FAILURES = 3;
/** So is one that was abandoned this often in a row: ffmpeg is confined, so it is hardly the recording's doing. */
export const MAX_ABANDONED = 10;
const FIRST_WAIT_MS = 10_000;
const WAIT_FACTOR = 6;

/** How long a job waits after its n-th failure: 10 s, then a minute. */
export const waitAfter = (failures: number): number =>
  FIRST_WAIT_MS * WAIT_FACTOR ** Math.max(0, failures - 1);

/** Below this the pace so far says little about the rest. */
const MIN_PROGRESS_FOR_ETA = 3;

/** Milliseconds that are left at the pace so far, or `null` while that cannot be said. */
export function etaOf({ state, progress, beganAt }: Job, now: number): number | null {
  if (state !== "running" || beganAt === null || progress < MIN_PROGRESS_FOR_ETA) return null;
  return Math.max(0, Math.round(((now - beganAt) / progress) * (100 - progress)));
}
