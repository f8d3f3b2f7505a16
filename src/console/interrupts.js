import { read, send } from "./api.js";
import { inPath, query } from "./resources.js";

/** Announcements, drills, emergencies and corrections, as the API has them; instants are ISO 8601. */

/** @typedef {import("./resources.js").Broadcast} Broadcast */
/** @typedef {import("./resources.js").Rendition} Rendition */
/** @typedef {import("./resources.js").Recording} Recording */
/**
 * @template T
 * @typedef {import("./resources.js").Page<T>} Page
 */
/** @typedef {{ regions: string[], kinds: string[] }} Targets */
/** @typedef {{ text: string } | { assetSha256: string }} Source */
/** @typedef {"announcement" | "drill" | "emergency"} InterruptClass */
/**
 * @typedef {object} Interrupt
 * @property {string} id
 * @property {string} title
 * @property {InterruptClass} class
 * @property {string | null} text
 * @property {boolean} silent
 * @property {string} createdAt
 * @property {Rendition[]} renditions
 */
/**
 * @typedef {Interrupt & {
 *   repeat: number, corrects: string | null, people: { created: string }, broadcast: Broadcast
 * }} Announcement
 */
/** @typedef {"proposed" | "confirmed" | "active" | "withdrawn" | "expired" | "stopped" | "ended"} EmergencyState */
/**
 * @typedef {object} EmergencyFields
 * @property {EmergencyState} state
 * @property {string | null} severity as CAP grades it
 * @property {string[]} areas
 * @property {string} until
 * @property {string | null} replaces
 * @property {string} proposedBy
 * @property {string} proposedAt
 * @property {string} confirmBy
 * @property {string | null} startedAt
 * @property {string | null} endedAt
 * @property {string | null} reason
 * @property {{ proposed: string, confirmed: string | null, stopped: string | null }} people
 */
/** @typedef {Interrupt & EmergencyFields} Emergency */
/** @typedef {{ code: string, devices: number }} Fate */
/**
 * @typedef {object} Preview who would hear something, and what it would meet on the air
 * @property {string} startAt
 * @property {string} endsAt
 * @property {{ total: number, online: number, byKind: { kind: string, devices: number }[] }} devices
 * @property {{ code: string, name: string, devices: number }[]} areas
 * @property {Fate[]} own
 * @property {{ broadcast: Broadcast, devices: number, fates: Fate[] }[]} meets
 */
/**
 * @typedef {object} Intended
 * @property {InterruptClass} class
 * @property {string} title
 * @property {Targets} targets
 * @property {string | undefined} startAt
 * @property {number} durationMs
 * @property {boolean} silent
 * @property {boolean} standing
 */
/** @typedef {{ title: string, text: string, targets: Targets }} Correction */

/** The server's voice speaks while it is asked, also the words around a drill. */
const SPEAKS_WITHIN_MS = 180_000;

/** @param {Intended} intended @returns {Promise<Preview>} */
export const previewInterrupt = (intended) => send("POST", "/interrupts/preview", intended);

/** @param {{ limit: number, cursor?: string | null }} page @param {AbortSignal} [signal] @returns {Promise<Page<Announcement>>} */
export const listAnnouncements = (page, signal) => read(`/announcements${query(page)}`, signal);
/** @param {object} announcement @returns {Promise<Announcement>} */
export const createAnnouncement = (announcement) =>
  send("POST", "/announcements", announcement, SPEAKS_WITHIN_MS);

/**
 * @param {{ limit: number, cursor?: string | null, open?: "true" }} page `open`: only what waits or stands
 * @param {AbortSignal} [signal]
 * @returns {Promise<Page<Emergency>>}
 */
export const listEmergencies = (page, signal) => read(`/emergencies${query(page)}`, signal);
/** @param {object} emergency @returns {Promise<Emergency>} */
export const proposeEmergency = (emergency) => send("POST", "/emergencies", emergency, SPEAKS_WITHIN_MS);
/** @param {string} id @returns {Promise<Emergency>} */
export const confirmEmergency = (id) => send("POST", `/emergencies/${inPath(id)}/confirm`);
/** Withdraws what waits, ends what stands. @param {string} id @returns {Promise<Emergency>} */
export const stopEmergency = (id) => send("POST", `/emergencies/${inPath(id)}/stop`, {});

/**
 * @param {string} xml a CAP 1.2 message
 * @param {{ name: string, code: string }[]} areas codes of areas that the message only names
 * @returns {Promise<Emergency>}
 */
export function importCap(xml, areas) {
  const mapped = new URLSearchParams(areas.map(({ name, code }) => ["areas", `${name}:${code}`]));
  const body = new Blob([xml], { type: "application/cap+xml" });
  return send("POST", `/emergencies/cap${areas.length === 0 ? "" : `?${mapped}`}`, body, SPEAKS_WITHIN_MS);
}

/** @param {string} sha256 @returns {Promise<Recording>} */
export const getRecording = (sha256) => read(`/recordings/${sha256}`);

/** @param {string} broadcastId @returns {Promise<Correction>} */
export const draftCorrection = (broadcastId) => read(`/broadcasts/${inPath(broadcastId)}/correction`);
/** @param {string} broadcastId @param {Source} source @returns {Promise<Announcement>} */
export const airCorrection = (broadcastId, source) =>
  send("POST", `/broadcasts/${inPath(broadcastId)}/correction`, { source }, SPEAKS_WITHIN_MS);

/** @typedef {{ code: string, level: string, name: string }} Region */
const MOST = 500;
/** @param {{ parent?: string, level?: string, q?: string }} filter @param {AbortSignal} [signal] @returns {Promise<Region[]>} */
export async function listRegions(filter, signal) {
  /** @type {Region[]} */
  const regions = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    /** @type {Page<Region>} */
    const page = await read(`/regions${query({ ...filter, limit: MOST, cursor })}`, signal);
    regions.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return regions;
}
