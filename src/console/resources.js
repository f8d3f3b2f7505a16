import { apiUrl, read, send } from "./api.js";

/** What the API has, as the console uses it; instants are ISO 8601. */

/** @typedef {"planned" | "ready" | "frozen" | "on_air" | "aired" | "failed" | "cancelled" | "missed"} BroadcastState */
/** @typedef {"delivered" | "cached" | "started" | "finished" | "sensed"} Grade */
/** @typedef {{ kind: "episode" | "session" | "announcement" | "alert", id: string }} ContentRef */
/**
 * @typedef {object} Broadcast
 * @property {string} id
 * @property {string} startAt
 * @property {string} notAfter
 * @property {string | null} endsAt
 * @property {BroadcastState} state
 * @property {string | null} reason
 * @property {string} class
 * @property {string} lateness
 * @property {string} offline
 * @property {number | null} volume
 * @property {string} programme
 * @property {string} title
 * @property {ContentRef | null} content
 * @property {{ regions: string[], kinds: string[] }} targets
 */
/**
 * @typedef {object} DeviceProof
 * @property {string} deviceId
 * @property {string} name
 * @property {string} regionCode
 * @property {string} regionName
 * @property {string} kind
 * @property {boolean} online
 * @property {Grade | null} grade
 * @property {string | null} startedAt
 * @property {number | null} latenessMs
 * @property {string | null} finishedAt
 * @property {string | null} reason
 */
/**
 * @typedef {object} Proof
 * @property {number} devices
 * @property {Record<Grade, number>} atLeast
 * @property {number} unknown
 * @property {{ p50: number, p99: number, max: number } | null} startLatenessMs
 */
/** @typedef {Broadcast & { proof: Proof, devices: Page<DeviceProof> }} BroadcastDetail */
/**
 * @typedef {object} Rendition
 * @property {string} id
 * @property {string} profile
 * @property {"queued" | "running" | "ready" | "failed" | "cancelled"} state
 * @property {number} progress
 * @property {string | null} error
 * @property {string | null} sha256
 * @property {number | null} bytes
 * @property {string | null} mime
 * @property {number | null} durationMs
 * @property {number | null} loudnessLufs
 * @property {number | null} truePeakDbtp
 * @property {"gain" | "limiter" | "compression" | null} loudnessBy
 * @property {number | null} etaMs
 * @property {string | null} jobId of the job that makes it, or waits to
 * @property {Wait | null} waitingFor
 */
/** @typedef {{ reason: string, until: string }} Wait why a job waits, and when it is tried again */
/** @typedef {{ id: string, state: string, progress: number, error: string | null, waitingFor: Wait | null }} ListeningJob */
/**
 * @typedef {object} Recording
 * @property {string} sha256
 * @property {string} originalName
 * @property {number} bytes
 * @property {"audio" | "video"} kind
 * @property {number} durationMs
 * @property {string} uploadedAt
 * @property {Rendition[]} renditions
 * @property {{ engine: string, text: string } | null} synthetic
 * @property {{ fromMs: number, toMs: number } | null} trim
 * @property {{ findings: Finding[], suggestedTrim: object | null } | null} listening
 * @property {ListeningJob | null} listeningJob while there is no `listening`
 */
/** @typedef {{ kind: string, severity: string, fromMs: number | null, toMs: number | null, value: number | null }} Finding */
/** @typedef {{ sha256: string, url: string, durationMs: number, engine: string, spokenText: string }} Speech */
/** @typedef {{ id: string, kind: "broadcast" | "lecture", title: string, segments: string[], sound: ProgrammeSound, review: { steps: 1 | 2 | 3, playThrough: boolean, reruns: boolean, consentSegments: string[] } }} Programme */
/**
 * @typedef {object} ProgrammeSound
 * @property {"list" | "programme"} delivery
 * @property {number} gapMs
 * @property {string[]} bypass steps of the loudspeaker's chain that are switched off
 * @property {number | null} slotMinutes
 * @property {string | null} signature
 * @property {string | null} sting
 * @property {string | null} closing
 * @property {string | null} cover
 */
/** @typedef {{ id: string, programmeId: string, number: number, review: import("./reviews.js").Review, consentGaps: { segment: string | null, problem: "missing" | "expired" }[] }} Reviewed */
/** @typedef {{ position: number, name: string, title: string, recording: Recording | null }} Segment */
/** @typedef {{ durationMs: number, finding: Finding | null }} AirTime */
/** @typedef {Reviewed & { title: string, segments: Segment[], programme: Rendition[] | null, slot: AirTime }} Episode */
/** @typedef {Reviewed & { topic: string, speakers: string[], modules: string[], recording: Recording | null, slot: AirTime }} Session */
/**
 * @typedef {object} Device
 * @property {string} id
 * @property {string} regionCode
 * @property {string} kind
 * @property {string} name
 * @property {"new" | "enrolled" | "revoked"} state
 * @property {string | null} software
 * @property {{ online: boolean, at: string } | null} presence
 * @property {DeviceReport | null} reported
 * @property {{ version: number, state: import("./devices.js").TwinState, drift: { field: string, since: string }[] }} twin
 */
/**
 * @typedef {object} DeviceReport
 * @property {{ ready: number, total: number }} cached
 * @property {{ offsetMs: number, trusted: boolean }} clock
 * @property {string[]} faults
 * @property {string} receivedAt
 */
/** @typedef {{ commandId: string | null, targets: number }} StopResult */
/**
 * @typedef {object} EmptyDate a coming date that has nothing approved
 * @property {string} schedule
 * @property {string} programme
 * @property {string} startAt
 * @property {number} daysLeft
 * @property {number} dueAt which warning it is, in days
 * @property {string | null} reason
 * @property {string | null} airsInstead
 * @property {string | null} consentOf title of what somebody's consent has ended for
 * @property {string | null} reviewAgain title of what has aired and waits for another review
 */
/**
 * @typedef {object} Conflict of what is planned
 * @property {string} schedule
 * @property {"overlap" | "quiet-hours" | "runs-into-quiet-hours" | "longer-than-slot" | "daily-minutes" | "weekly-minutes"} kind
 * @property {string | null} time
 * @property {string[]} dates the first of them
 * @property {number} count
 * @property {number} devices
 * @property {{ name: string } | null} other
 * @property {"this" | "other" | null} winner
 * @property {{ time?: string, slotMinutes?: number }} mend
 */
/** @typedef {{ kind: string, text: string }} Complaint */
/** @typedef {{ id: number, at: string, kind: "stepped-back" | "stepped-forward" | "slept", byMs: number }} ClockEvent */
/**
 * @template T
 * @typedef {{ items: T[], nextCursor: string | null }} Page
 */

/** @param {Record<string, string | number | null | undefined>} values */
export function query(values) {
  const set = Object.entries(values).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  return set.length === 0 ? "" : `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)]))}`;
}

/** @param {string} id */
export const inPath = (id) => encodeURIComponent(id);

/**
 * @param {{ from?: string, until?: string, state?: BroadcastState, limit?: number, cursor?: string | null }} filter
 * @param {AbortSignal} [signal]
 * @returns {Promise<Page<Broadcast>>}
 */
export const listBroadcasts = (filter, signal) => read(`/broadcasts${query(filter)}`, signal);

/**
 * @param {string} id
 * @param {{ limit: number, cursor: string | null }} page of its devices
 * @param {AbortSignal} [signal]
 * @returns {Promise<BroadcastDetail>}
 */
export const getBroadcast = (id, page, signal) => read(`/broadcasts/${inPath(id)}${query(page)}`, signal);

/** @param {AbortSignal} [signal] @returns {Promise<{ items: EmptyDate[] }>} */
export const listEmptyDates = (signal) => read("/warnings", signal);
/** The newest few. @param {AbortSignal} [signal] @returns {Promise<{ items: ClockEvent[] }>} */
export const listClockEvents = (signal) => read("/clock-events?limit=5", signal);

/** What the media library complains of. @param {AbortSignal} [signal] @returns {Promise<{ items: Complaint[] }>} */
export const listComplaints = (signal) => read("/media-library/complaints", signal);

/** What a stop of everything would stop now. @returns {Promise<Broadcast[]>} */
export async function listLive() {
  const [onAir, frozen] = await Promise.all([
    listBroadcasts({ state: "on_air", limit: 500 }),
    listBroadcasts({ state: "frozen", limit: 500 }),
  ]);
  return [...onAir.items, ...frozen.items];
}

/** @returns {Promise<StopResult & { stopped: string[], published: boolean, recorded: boolean }>} */
export const stopEverything = () => send("POST", "/stop", {});
/** @param {string} id @returns {Promise<StopResult>} */
export const stopBroadcast = (id) => send("POST", `/broadcasts/${inPath(id)}/stop`, {});

/** @param {AbortSignal} [signal] @returns {Promise<{ items: Programme[] }>} */
export const listProgrammes = (signal) => read("/programmes", signal);

/** @param {string} id @param {object} changes @returns {Promise<Programme>} */
export const changeSound = (id, changes) => send("PATCH", `/programmes/${inPath(id)}/sound`, changes);
/** @param {string} id @param {string} role */
const soundPath = (id, role) => `/programmes/${inPath(id)}/${role === "cover" ? role : `sound/${role}`}`;
/** A tune is short, but a line in a village may be slow. */
const SOUND_WITHIN_MS = 180_000;
/** @param {string} id @param {string} role @param {File} file @returns {Promise<Programme>} */
export const uploadSound = (id, role, file) =>
  send("PUT", `${soundPath(id, role)}${query({ filename: file.name })}`, file, SOUND_WITHIN_MS);
/** @param {string} id @param {string} role @returns {Promise<Programme>} */
export const removeSound = (id, role) => send("DELETE", soundPath(id, role));

/**
 * @param {"episodes" | "sessions"} kind
 * @param {{ programmeId: string, limit: number, cursor?: string | null }} page
 * @param {AbortSignal} [signal]
 * @returns {Promise<Page<Episode | Session>>}
 */
export const listContent = (kind, page, signal) => read(`/${kind}${query(page)}`, signal);

/** @param {ContentRef} content @returns {Promise<Episode | Session>} */
export const getContent = ({ kind, id }) => read(`/${kind}s/${inPath(id)}`);
/** @param {"episodes" | "sessions"} kind @param {object} input @returns {Promise<Episode | Session>} */
export const createContent = (kind, input) => send("POST", `/${kind}`, input);

/**
 * Uses a recording that the library has already. @param {string} place @param {string} sha256
 * @returns {Promise<Episode | Session>} after it
 */
export const useAsset = (place, sha256) => send("PUT", `/${place}/asset`, { sha256 });

/** A voice may take its time over a long text. */
const SPEAKS_WITHIN_MS = 180_000;
/** @param {string} text @returns {Promise<Speech>} */
export const speak = (text) => send("POST", "/speech", { text }, SPEAKS_WITHIN_MS);

/**
 * @param {{ kind?: string, state?: string, twin?: string, limit: number, cursor?: string | null }} filter
 * @param {AbortSignal} [signal]
 * @returns {Promise<Page<Device>>}
 */
export const listDevices = (filter, signal) => read(`/devices${query(filter)}`, signal);

/** @param {AbortSignal} [signal] @returns {Promise<{ items: Conflict[], total: number }>} */
export const listConflicts = (signal) => read("/conflicts?limit=20", signal);

/** @type {Map<string, Promise<string>>} */
const regionNames = new Map();

/** A region's name, asked for once. @param {string} code @param {AbortSignal} [signal] @returns {Promise<string>} */
export function regionName(code, signal) {
  const known = regionNames.get(code);
  if (known) return known;
  const asked = read(`/regions/${inPath(code)}`, signal).then(({ name }) => name);
  regionNames.set(code, asked);
  asked.catch(() => regionNames.delete(code));
  return asked;
}

/** The county's zone and quiet hours. @returns {Promise<{ zone: string }>} */
export const countyPolicy = () => read("/policy");

/** A register of a month. @param {"broadcasts" | "approvals"} register @param {string} month @param {"html" | "csv"} format */
export const registerUrl = (register, month, format) =>
  apiUrl(`/registers/${register}${query({ month, format })}`);
