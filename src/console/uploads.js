import { apiUrl, asProblem, freshCsrfToken, Problem, problemFrom } from "./api.js";

/** Uploads under way. They belong to the console, not to a page: leaving the page does not end them. */

/**
 * @typedef {object} Upload
 * @property {File} file
 * @property {"starting" | "sending" | "checking" | "failed" | "cancelled" | "done"} state
 * @property {number} sentBytes
 * @property {Problem | null} problem
 * @property {() => void} cancel
 */

/** By API path. @type {Map<string, Upload>} */
const uploads = new Map();
/** @type {Set<(path: string) => void>} */
const listeners = new Set();

const MAX_NAME = 200;
const isActive = (/** @type {Upload} */ { state }) =>
  state === "starting" || state === "sending" || state === "checking";

/** @param {string} path */
export const uploadOf = (path) => uploads.get(path) ?? null;

/**
 * Calls back on every step of any upload. @param {(path: string) => void} listener @returns {() => void} to end it
 */
export function onUpload(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** @param {string} path */
const tell = (path) => {
  for (const listener of listeners) listener(path);
};

/** Forgets one that ended. @param {string} path */
export function dismissUpload(path) {
  uploads.delete(path);
  tell(path);
}

/**
 * Sends a file as the request body. The sign-in is checked first: a server that refuses half-way through a large body
 * can only cut the connection.
 * @param {string} path below `/api/v1`
 * @param {File} file
 * @returns {Promise<any>} the resource after it, or `null` when it did not work; `uploadOf(path)` then says why
 */
export async function startUpload(path, file) {
  const request = new XMLHttpRequest();
  let cancelled = false;
  /** @type {Upload} */
  const upload = {
    file,
    state: "starting",
    sentBytes: 0,
    problem: null,
    cancel() {
      cancelled = true;
      request.abort();
      step({ state: "cancelled" });
    },
  };
  /** @param {Partial<Upload>} change */
  const step = (change) => {
    Object.assign(upload, change);
    tell(path);
  };
  uploads.set(path, upload);
  tell(path);

  try {
    const csrfToken = await freshCsrfToken();
    if (cancelled) return null;
    const answer = await transmit(request, path, file, csrfToken, step);
    step({ state: "done" });
    return answer;
  } catch (error) {
    if (!cancelled) step({ state: "failed", problem: asProblem(error) });
    return null;
  }
}

/**
 * @param {XMLHttpRequest} request `fetch` tells nothing of how far a body has been sent
 * @param {string} path
 * @param {File} file
 * @param {string} csrfToken
 * @param {(change: Partial<Upload>) => void} step
 * @returns {Promise<any>}
 */
function transmit(request, path, file, csrfToken, step) {
  return new Promise((resolve, reject) => {
    request.open("PUT", apiUrl(`${path}?filename=${encodeURIComponent(file.name.slice(-MAX_NAME))}`));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("x-csrf-token", csrfToken);
    request.upload.onprogress = ({ loaded }) => step({ state: "sending", sentBytes: loaded });
    request.upload.onload = () => step({ state: "checking", sentBytes: file.size });
    request.onload = () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) resolve(JSON.parse(responseText));
      else reject(problemFrom(status, responseText));
    };
    request.onerror = () => reject(new Problem("offline", ""));
    request.onabort = () => reject(new Problem("offline", ""));
    request.send(file);
  });
}

addEventListener("beforeunload", (event) => {
  if ([...uploads.values()].some(isActive)) event.preventDefault();
});
