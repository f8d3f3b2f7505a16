import { read, send } from "./api.js";

/** What the API says about people, and what can be done with them. */

/** @typedef {import("./api.js").Grant} Grant */
/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name
 * @property {Grant[]} roles
 * @property {"invited" | "active" | "disabled"} state
 * @property {boolean} secondFactor
 * @property {{ issuer: string, subject: string } | null} identity
 * @property {string | null} invitedUntil
 * @property {string | null} lastSeenAt
 */
/**
 * @typedef {object} SignInRow
 * @property {string} id
 * @property {boolean} current
 * @property {boolean} secondFactor
 * @property {string} address
 * @property {string} agent
 * @property {string} createdAt
 * @property {string} lastSeenAt
 * @property {string} expiresAt
 */
/** @typedef {{ id: string, label: string, scopes: string[], createdAt: string, expiresAt: string, lastUsedAt: string | null }} TokenRow */
/** @typedef {{ url: string, expiresAt: string }} Invitation */
/** @typedef {{ code: string, name: string }} Town */

/** The roles of the whole county, in the order of the work. */
export const COUNTY_ROLES = [
  "administrator",
  "editor",
  "reviewer-1",
  "reviewer-2",
  "reviewer-3",
  "scheduler",
  "auditor",
];
export const TOWN_ADMIN = "town-admin";

/** @param {AbortSignal} [signal] @returns {Promise<{ items: Person[] }>} */
export const listPeople = (signal) => read("/people", signal);
/** All of the county's. @returns {Promise<Town[]>} */
export const listTowns = async () => (await read("/regions?level=town&limit=500")).items;

/** Where a person's sign-ins and tokens are; `null` is one's own. @param {string | null} personId */
const placeOf = (personId) => (personId === null ? "/me" : `/people/${encodeURIComponent(personId)}`);
/** @param {string | null} personId @param {AbortSignal} [signal] @returns {Promise<{ items: SignInRow[] }>} */
export const listSignIns = (personId, signal) => read(`${placeOf(personId)}/sign-ins`, signal);
/** @param {string | null} personId @param {AbortSignal} [signal] @returns {Promise<{ items: TokenRow[] }>} */
export const listTokens = (personId, signal) => read(`${placeOf(personId)}/tokens`, signal);
/** @param {string | null} personId @param {string} id */
export const endSignIn = (personId, id) => send("DELETE", `${placeOf(personId)}/sign-ins/${id}`);
/** @param {string | null} personId @param {string} id */
export const revokeToken = (personId, id) => send("DELETE", `${placeOf(personId)}/tokens/${id}`);

/** @param {string} name @param {Grant[]} roles @returns {Promise<{ person: Person, invitation: Invitation }>} */
export const invite = (name, roles) => send("POST", "/people", { name, roles });
/** @param {Person} person @returns {Promise<Invitation>} */
export const inviteAgain = ({ id }) => send("POST", `${placeOf(id)}/invitation`);
/** @param {Person} person @param {Grant[]} roles @returns {Promise<Person>} */
export const setRoles = ({ id }, roles) => send("PUT", `${placeOf(id)}/roles`, { roles });
/** @param {Person} person @returns {Promise<Person>} */
export const disable = ({ id }) => send("POST", `${placeOf(id)}/disable`);
/** @param {Person} person @returns {Promise<Person>} */
export const enable = ({ id }) => send("POST", `${placeOf(id)}/enable`);
/** @param {Person} person @returns {Promise<Person>} */
export const removeFactorOf = ({ id }) => send("DELETE", `${placeOf(id)}/second-factor`);

/** @param {Person} person @param {string} subject @returns {Promise<Person>} */
export const linkWithProvider = ({ id }, subject) => send("PUT", `${placeOf(id)}/identity`, { subject });
/** @param {Person} person @returns {Promise<Person>} */
export const unlinkFromProvider = ({ id }) => send("DELETE", `${placeOf(id)}/identity`);

/** @param {string} currentPassword @param {string} newPassword */
export const changePassword = (currentPassword, newPassword) =>
  send("PUT", "/me/password", { currentPassword, newPassword });
/** @param {string | undefined} currentPassword of whom has one @returns {Promise<{ secret: string, uri: string, qrCode: string }>} */
export const beginFactor = (currentPassword) => send("POST", "/me/second-factor", { currentPassword });
/** @param {string} code @returns {Promise<{ recoveryCodes: string[] }>} */
export const confirmFactor = (code) => send("POST", "/me/second-factor/confirm", { code });
/** @param {string} code */
export const useFactor = (code) => send("POST", "/me/second-factor/use", { code });
/** @param {string | undefined} currentPassword @param {string} code @returns {Promise<{ recoveryCodes: string[] }>} */
export const renewRecoveryCodes = (currentPassword, code) =>
  send("POST", "/me/recovery-codes", { currentPassword, code });
/** @param {string | undefined} currentPassword @param {string} code */
export const removeFactor = (currentPassword, code) =>
  send("POST", "/me/second-factor/remove", { currentPassword, code });
/**
 * @param {{ label: string, scopes: string[], expiresInDays: number }} token
 * @returns {Promise<TokenRow & { token: string }>}
 */
export const createToken = (token) => send("POST", "/me/tokens", token);
