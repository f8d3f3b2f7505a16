import { read, send } from "./api.js";
import { inPath, query } from "./resources.js";

/** What the API says about the twins of devices, their lines, what they sent amiss, and the keys they trust. */

/** @typedef {"version" | "volume" | "groups" | "policy" | "maxKbps" | "software"} TwinField */
/** @typedef {"agrees" | "differs" | "unknown"} TwinState */
/**
 * @typedef {object} Settings `null` leaves a thing to the device
 * @property {number | null} volume
 * @property {number | null} maxKbps
 * @property {string | null} softwareChannel
 * @property {string[]} groups
 * @property {string[]} tags
 */
/** @typedef {number | string | string[] | null} Value */
/** @typedef {{ field: TwinField, desired: Value, reported: Value, since: string }} Drift */
/**
 * @typedef {object} Twin
 * @property {number} version
 * @property {string | null} changedAt
 * @property {string | null} changedBy
 * @property {Settings & { maxVolume: number, policyVersion: string, software: string | null }} desired
 * @property {Reported | null} reported
 * @property {TwinState} state
 * @property {Drift[]} drift
 */
/**
 * @typedef {object} Reported
 * @property {number | null} version
 * @property {number} volume
 * @property {string[] | null} groups
 * @property {string | null} policyVersion
 * @property {number | null} maxKbps
 * @property {string | null} software
 * @property {string} at
 */
/** @typedef {{ version: number, changedAt: string | null, changedBy: string | null, settings: Settings }} Current */
/** @typedef {"changed" | "unchanged" | "conflict" | "revoked" | "not_found"} Outcome */
/** @typedef {{ deviceId: string, name: string | null, result: Outcome }} ManyResult */
/** @typedef {{ id: string, software: string, changedAt: string, changedBy: string, devices: number, lagging: number }} Channel */
/**
 * @typedef {object} Outage
 * @property {number} id
 * @property {"gone" | "unstable"} kind
 * @property {{ code: string, name: string }} region
 * @property {{ id: string, name: string } | null} device
 * @property {number} devices
 * @property {string} beganAt
 * @property {string | null} endedAt
 */
/**
 * @typedef {object} Misfit what a device reported that could not be stored
 * @property {string} deviceId
 * @property {string} deviceName
 * @property {string | null} bootId
 * @property {number | null} seq
 * @property {string} payload
 * @property {string} problem
 * @property {number} times
 * @property {string} firstAt
 * @property {string} lastAt
 */
/** @typedef {{ kid: string, alg: string, role: "in-use" | "next" | "before" }} Key */
/** @typedef {{ serial: number, issuedAt: string, keys: Key[] }} SigningKeys */
/** @template T @typedef {import("./resources.js").Page<T>} Page */

/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<import("./resources.js").Device>} */
export const getDevice = (id, signal) => read(`/devices/${inPath(id)}`, signal);
/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Twin>} */
export const getTwin = (id, signal) => read(`/devices/${inPath(id)}/twin`, signal);

/**
 * @param {string} id @param {Partial<Settings>} change @param {number} version that it is meant for
 * @returns {Promise<Twin>}
 */
export const changeTwin = (id, change, version) =>
  send("PATCH", `/devices/${inPath(id)}/twin`, change, undefined, `"${version}"`);

/** A county's devices are many rows. */
const MANY_WITHIN_MS = 60_000;
/** @param {object} which @param {object} change @returns {Promise<{ items: ManyResult[] }>} */
export const changeTwins = (which, change) =>
  send("PATCH", "/devices/twins", { ...which, change }, MANY_WITHIN_MS);

/** @param {AbortSignal} [signal] @returns {Promise<{ items: Channel[] }>} */
export const listChannels = (signal) => read("/software-channels", signal);
/** @param {string} id @param {string} software @returns {Promise<Channel>} */
export const setChannel = (id, software) => send("PUT", `/software-channels/${inPath(id)}`, { software });
/** @param {string} id */
export const removeChannel = (id) => send("DELETE", `/software-channels/${inPath(id)}`);

/** @param {{ open: string, limit: number, cursor: string | null }} page @param {AbortSignal} signal @returns {Promise<Page<Outage>>} */
export const listOutages = (page, signal) => read(`/outages${query(page)}`, signal);
/** @param {{ deviceId?: string, limit: number, cursor: string | null }} page @param {AbortSignal} signal @returns {Promise<Page<Misfit>>} */
export const listMisfits = (page, signal) => read(`/quarantined-reports${query(page)}`, signal);

/** @param {AbortSignal} signal @returns {Promise<SigningKeys>} */
export const getKeys = (signal) => read("/signing-keys", signal);
/** @param {boolean} compromised @returns {Promise<SigningKeys>} */
export const rotateKeys = (compromised) => send("POST", "/signing-keys/rotate", { compromised });
