import * as tus from "tus-js-client";
import { apiUrl, asProblem, codeOfStatus, csrfHeader, Problem, problemFrom } from "./api.js";
import { digestOf } from "./file-digest.js";

/** One file on its way by the tus protocol, with tus-js-client; what its errors mean is said here, when to go on is not. */

const MAX_NAME = 200;
/** The server has removed the part long before. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;
const GONE = new Set([404, 410]);

/** @typedef {{ uploadUrl: string, urlStorageKey: string, creationTime: string, metadata: Record<string, string> }} Remembered */

/** Where tus-js-client remembers what was begun; empty where the browser stores nothing. */
const memory = () => tus.defaultOptions.urlStorage;

/**
 * The name of a file that was begun for this place before the page was loaded, and can be gone on with.
 * @param {string} place
 * @returns {Promise<string | null>}
 */
export async function unfinishedAt(place) {
  /** @type {Remembered[]} */
  const all = await memory().findAllUploads();
  for (const { creationTime, urlStorageKey } of all)
    if (Date.now() - Date.parse(creationTime) > REMEMBERED_MS) await memory().removeUpload(urlStorageKey);
  const here = all.filter(({ metadata }) => metadata?.["target"] === place);
  return here.at(-1)?.metadata["filename"] ?? null;
}

/** @param {any} error of tus-js-client */
function problemOf(error) {
  if (error.causingError instanceof Problem) return error.causingError;
  const response = error.originalResponse;
  if (response) return problemFrom(response.getStatus(), response.getBody());
  return error.originalRequest ? new Problem("offline", "") : asProblem(error);
}

/**
 * @param {string} place as `episodes/<id>/segments/<n>`, `sessions/<id>` or `recordings/<word>`
 * @param {File} file
 * @param {object} listener
 * @param {(readBytes: number) => void} listener.onReading before anything is sent
 * @param {(sentBytes: number) => void} listener.onProgress
 * @param {(sha256: string) => void} listener.onDone
 * @param {(problem: Problem) => void} listener.onProblem
 */
export function createTransfer(place, file, { onReading, onProgress, onDone, onProblem }) {
  let stopped = true;
  let reading = new AbortController();
  let sha256 = "";
  const upload = new tus.Upload(file, {
    endpoint: new URL(apiUrl("/uploads"), location.href).href,
    metadata: { filename: file.name.slice(-MAX_NAME), target: place },
    fingerprint: async () => ["ccx", place, file.name, file.size, file.lastModified].join("::"),
    removeFingerprintOnSuccess: true,
    // When to try again depends on more than tus-js-client knows.
    retryDelays: null,
    onBeforeRequest(/** @type {any} */ request) {
      if (stopped && request.getMethod() !== "DELETE") throw new Problem("cancelled", "");
      for (const [name, value] of Object.entries(csrfHeader())) request.setHeader(name, value);
    },
    onAfterResponse(/** @type {any} */ request, /** @type {any} */ response) {
      const status = response.getStatus();
      sha256 = /[0-9a-f]{64}$/.exec(response.getHeader("Content-Location") ?? "")?.[0] ?? sha256;
      // Of itself it would begin anew after any refusal, also after one for want of a sign-in.
      if (request.getMethod() === "HEAD" && status >= 300 && !GONE.has(status))
        throw new Problem(codeOfStatus(status), "");
    },
    onProgress: (/** @type {number} */ sentBytes) => stopped || onProgress(sentBytes),
    onSuccess: () => stopped || onDone(sha256),
    onError: (/** @type {unknown} */ error) => stopped || onProblem(problemOf(error)),
  });

  /**
   * What the server is to compare at the end is declared at the beginning: so the file is read once before. What was begun
   * earlier was declared then, and a file that has changed since is refused.
   * @param {AbortSignal} signal
   */
  async function declare(signal) {
    const { metadata } = upload.options;
    const [before] = (await upload.findPreviousUploads()).slice(-1);
    if (before) {
      // Should the server have removed it, it is begun anew, and declared as it was.
      Object.assign(metadata, before.metadata);
      upload.resumeFromPreviousUpload(before);
    } else metadata.sha256 ??= await digestOf(file, { onProgress: onReading, signal });
  }

  return {
    /** Begins, or goes on from where the server is. @throws {Problem} `unreadable` when the file is not what was chosen */
    async start() {
      stopped = false;
      reading = new AbortController();
      // To the network a file that was changed or taken away looks like a cut.
      await file
        .slice(0, 1)
        .arrayBuffer()
        .catch(() => Promise.reject(new Problem("unreadable", "")));
      if (upload.url === null) await declare(reading.signal);
      if (!stopped) upload.start();
    },
    stop() {
      stopped = true;
      reading.abort(new Problem("cancelled", ""));
      upload.abort();
    },
    /** Ends it at the server, too; out of reach, the server does that by itself after a day. */
    async end() {
      stopped = true;
      await upload.abort(true).catch(() => {});
    },
    async forget() {
      for (const { urlStorageKey } of await upload.findPreviousUploads())
        await memory().removeUpload(urlStorageKey);
    },
  };
}
