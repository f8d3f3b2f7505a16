import { isNobodyAtIt } from "./hand.js";

/** Talking to the server: the CSRF token, problem documents, an expired sign-in, and how old what we know is. */

const BASE = "/api/v1";
const ANSWER_WITHIN_MS = 15_000;
/** The `Date` header has whole seconds; on average half of one has passed. */
const DATE_HEADER_BIAS_MS = 500;

/** @typedef {import("./api-types.ts").Me} SignedIn */
/** @typedef {SignedIn["user"]} User */
/** @typedef {{ password: boolean, oidc: { label: string | null, problem: string | null } | null }} Ways */
/** @typedef {{ at: string, message: string }} ProblemDetail */

/** Anything that did not work, as an RFC 9457 problem document says it or as the network failed. */
export class Problem extends Error {
  /**
   * @param {string} code as in `urn:ccx:problem:<code>`, or `offline`, or `called_off` by who was asked for a proof
   * @param {string} detail what happened
   * @param {{
   *   hint?: string, errors?: ProblemDetail[], instance?: string, secondFactor?: string, fresh?: string, current?: any, endedBy?: string, expected?: number
   * }} [more]
   */
  constructor(
    code,
    detail,
    { hint, errors, instance, secondFactor, fresh, current, endedBy, expected } = {},
  ) {
    super(detail);
    this.name = "Problem";
    this.code = code;
    this.detail = detail;
    this.hint = hint ?? null;
    this.errors = errors ?? [];
    this.instance = instance ?? null;
    /** `needed` or `wrong`: what a sign-in lacks. */
    this.secondFactor = secondFactor ?? null;
    /** `code` or `password`: what is asked for anew. */
    this.fresh = fresh ?? null;
    /** What there is now, where somebody else was faster. */
    this.current = current ?? null;
    /** Why nothing more is taken of what is spoken live. */
    this.endedBy = endedBy ?? null;
    /** The number of the piece that the server waits for. */
    this.expected = expected ?? null;
  }
}

/** @param {unknown} error @returns {Problem} */
export const asProblem = (error) =>
  error instanceof Problem
    ? error
    : new Problem("internal", error instanceof Error ? error.message : String(error));

let csrfToken = "";
/** @type {SignedIn | null} */
let signedIn = null;
let serverOffsetMs = 0;
/** @type {() => Promise<void>} */
let askForSignIn = () => Promise.reject(new Problem("unauthorized", "Please sign in."));

/** @type {(what: string) => Promise<object | null>} */
let askForProof = async () => null;

/** @param {(what: string) => Promise<object | null>} ask for a code or the password; null when it is not given */
export const onProofNeeded = (ask) => void (askForProof = ask);

/** Who is signed in, as far as this page knows. */
export const currentUser = () => signedIn?.user ?? null;

/** The server's idea of now, epoch ms: an office computer's own clock may be minutes off. */
export const serverNow = () => Date.now() + serverOffsetMs;

/** @param {() => Promise<void>} ask resolves once somebody has signed in */
export const onSignInNeeded = (ask) => void (askForSignIn = ask);

/** @param {Response} response @param {number} sentAt epoch ms by our clock */
function noteServerTime(response, sentAt) {
  const date = Date.parse(response.headers.get("date") ?? "");
  const middle = (sentAt + Date.now()) / 2;
  if (Number.isNaN(date) || response.headers.has("age")) return;
  const offset = date + DATE_HEADER_BIAS_MS - middle;
  // Within the header's resolution the known offset stays, so that a countdown does not jump.
  if (Math.abs(offset - serverOffsetMs) > DATE_HEADER_BIAS_MS + 500) serverOffsetMs = offset;
}

/** @type {Record<number, string>} */
const CODES = {
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  413: "too_large",
  423: "conflict",
  429: "too_many",
  507: "no_space",
};

/** What an answer without a problem document means: to a `HEAD`, or from something before the server. @param {number} status */
export const codeOfStatus = (status) => CODES[status] ?? (status >= 502 ? "unavailable" : "internal");

/**
 * @param {number} status
 * @param {string} text the body
 * @returns {Problem}
 */
export function problemFrom(status, text) {
  try {
    const { type, detail, title, hint, errors, instance, secondFactor, fresh, current, endedBy, expected } =
      JSON.parse(text);
    const code = String(type ?? "").replace("urn:ccx:problem:", "") || "internal";
    return new Problem(code, detail ?? title ?? `HTTP ${status}`, {
      hint,
      errors,
      instance,
      secondFactor,
      fresh,
      current,
      endedBy,
      expected,
    });
  } catch {
    return new Problem(codeOfStatus(status), `HTTP ${status}`);
  }
}

/**
 * One exchange, without second tries.
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {{ body?: unknown, signal?: AbortSignal | undefined, withinMs?: number, ifMatch?: string | undefined }} options
 *   `body` is a file, or becomes JSON
 * @returns {Promise<any>}
 */
async function exchange(method, path, { body, signal, withinMs = ANSWER_WITHIN_MS, ifMatch }) {
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json" };
  if (method !== "GET") Object.assign(headers, csrfHeader());
  else if (isNobodyAtIt()) headers["x-in-background"] = "true";
  if (ifMatch !== undefined) headers["if-match"] = ifMatch;
  const isFile = body instanceof Blob;
  if (body !== undefined)
    headers["content-type"] = isFile ? body.type || "application/octet-stream" : "application/json";
  // By hand, as the last Chromium for the offices' Windows 7 (109) has no AbortSignal.any.
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, withinMs);
  signal?.addEventListener("abort", end);
  const sentAt = Date.now();
  let response;
  let text;
  try {
    response = await fetch(`${BASE}${path}`, {
      method,
      headers,
      body: body === undefined ? null : isFile ? body : JSON.stringify(body),
      signal: ending.signal,
      credentials: "same-origin",
      cache: "no-store",
    });
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    throw new Problem(
      ending.signal.aborted ? "timeout" : "offline",
      error instanceof Error ? error.message : "",
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
  noteServerTime(response, sentAt);
  if (!response.ok) throw problemFrom(response.status, text);
  return text === "" ? null : JSON.parse(text);
}

/** Whether the roles include it, somewhere; the server has the last word. @param {string} act */
export const may = (act) => signedIn?.acts.includes(act) ?? false;
/** What the server says of its own settings to who is signed in. @returns {string[]} */
export const standingNotices = () => signedIn?.notices ?? [];
/** What to do about a second factor: give the code that this sign-in owes, or set one up for what the roles include. */
export const missingSecondFactor = () => {
  const { wanted = false, setUp = false, proven = false } = signedIn?.secondFactor ?? {};
  if (setUp && !proven) return "code";
  return wanted ? "set-up" : null;
};

/** @type {() => void} */
let whenKnown = () => {};
/** @param {() => void} listener called whenever it is known anew who is signed in and may do what */
export const onMe = (listener) => void (whenKnown = listener);

/** @param {SignedIn} answer @returns {User} */
function remember(answer) {
  signedIn = answer;
  csrfToken = answer.csrfToken;
  whenKnown();
  return answer.user;
}

/** @param {string} name @param {string} password @param {string} code of the second factor; empty without one */
export const signIn = async (name, password, code) =>
  remember(
    await exchange("POST", "/sign-in", { body: code === "" ? { name, password } : { name, password, code } }),
  );

/** @returns {Promise<Ways>} */
export const waysToSignIn = () => exchange("GET", "/sign-in", {});

/** @returns {Promise<{ url: string }>} where to go */
export const beginAtProvider = () => exchange("POST", "/sign-in/oidc/begin", {});

/** @param {string} answer the query of the address that the provider sent the browser to @returns {Promise<User>} */
export const finishAtProvider = async (answer) =>
  remember(await exchange("POST", "/sign-in/oidc", { body: { answer } }));

/** Who is signed in by now, in another tab perhaps; fails when nobody is. @returns {Promise<User>} */
export const whoIsSignedIn = async () => remember(await exchange("GET", "/me", {}));

/** What a stranger may call. @param {string} path @param {object} body @returns {Promise<any>} */
export const asStranger = (path, body) => exchange("POST", path, { body });

export async function signOut() {
  await send("DELETE", "/sign-in");
  csrfToken = "";
  signedIn = null;
}

/** Who is signed in; asks for a sign-in when nobody is. @returns {Promise<User>} */
export const whoAmI = async () => remember(await read("/me"));

/** All that is known of who is signed in. @param {AbortSignal} [signal] @returns {Promise<SignedIn>} */
export async function readMe(signal) {
  const answer = await read("/me", signal);
  remember(answer);
  return answer;
}

/**
 * Reads a resource. When the sign-in has expired it asks for one and then goes on, so a page loses nothing by it.
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function read(path, signal) {
  for (;;) {
    try {
      return await exchange("GET", path, { signal });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "unauthorized") throw error;
      await askForSignIn();
      signal?.throwIfAborted();
    }
  }
}

/**
 * Changes something. With an expired sign-in nothing was changed: it asks for one, but leaves it to the person to do it
 * again, since a stop or an approval must not happen by itself minutes after it was meant. What takes a fresh code, or the
 * password, asks for it and goes on.
 * @param {"POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {number} [withinMs] how long the answer may take
 * @param {string} [ifMatch] the version that the change is meant for
 * @returns {Promise<any>}
 */
export async function send(method, path, body, withinMs = ANSWER_WITHIN_MS, ifMatch) {
  try {
    return await exchange(method, path, { body, withinMs, ifMatch });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (isSignInMissing(error)) void askForSignIn();
    if (error.fresh !== null) {
      const proof = await askForProof(error.fresh);
      if (proof === null) throw new Problem("called_off", "");
      return exchange(method, path, {
        body: { .../** @type {object} */ (body ?? {}), ...proof },
        withinMs,
        ifMatch,
      });
    }
    // A sign-in in another tab made our token worthless; the request was refused, so it may be sent again.
    if (error.code !== "forbidden" || error.hint !== null) throw error;
    remember(await exchange("GET", "/me", {}));
    return exchange(method, path, { body, withinMs, ifMatch });
  }
}

/** A code or a password that is wrong is refused in the same way, and the sign-in goes on. @param {Problem} problem */
export const isSignInMissing = ({ code, hint }) =>
  code === "unauthorized" && hint?.startsWith("POST ") === true;

/** The last word of a page that is being left: nobody waits for the answer. @param {string} path */
export const sendLast = (path) =>
  void fetch(`${BASE}${path}`, { method: "POST", headers: csrfHeader(), keepalive: true }).catch(() => {});

/** For requests that are not made with `fetch`. */
export const csrfHeader = () => ({ "x-csrf-token": csrfToken });

/** Makes the token one of the present sign-in, after asking for one where there is none. */
export const freshCsrfToken = async () => void (await whoAmI());

/** @param {string} path */
export const apiUrl = (path) => `${BASE}${path}`;
