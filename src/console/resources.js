import { apiUrl, read, send } from "./api.js";

/** What the API has, as the console uses it; instants are ISO 8601. */

/** @typedef {Broadcast["state"]} BroadcastState */
/** @typedef {"delivered" | "cached" | "started" | "finished" | "sensed"} Grade */
/** @typedef {import("./api-types.ts").Broadcast} Broadcast */
/** @typedef {import("./api-types.ts").DeviceProof} DeviceProof */
/** @typedef {BroadcastDetail["proof"]} Proof */
/** @typedef {import("./api-types.ts").BroadcastWithProof} BroadcastDetail */
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
/** @typedef {{ commandId: string | null, targets: number }} StopResult */
/** @typedef {{ kind: string, text: string }} Complaint */
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

/**
 * Uses a recording that the library has already. @param {string} place @param {string} sha256
 * @returns {Promise<any>} the episode or session after it
 */
export const putAsset = (place, sha256) => send("PUT", `/${place}/asset`, { sha256 });

/** A voice may take its time over a long text. */
const SPEAKS_WITHIN_MS = 180_000;
/** @param {string} text @returns {Promise<Speech>} */
export const speak = (text) => send("POST", "/speech", { text }, SPEAKS_WITHIN_MS);

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

/** A register of a month. @param {"broadcasts" | "approvals" | "proof"} register @param {string} month @param {"html" | "csv"} format */
export const registerUrl = (register, month, format) =>
  apiUrl(`/registers/${register}${query({ month, format })}`);
