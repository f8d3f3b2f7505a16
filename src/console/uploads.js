import { asProblem, freshCsrfToken, Problem, read } from "./api.js";
import { createPace } from "./pace.js";
import { createTransfer } from "./upload-transfer.js";

/**
 * Uploads under way. They belong to the console, not to a page: leaving the page does not end them, and neither does a
 * cut, an expired sign-in or a restart of the server.
 */

/** @typedef {"queued" | "starting" | "reading" | "sending" | "checking" | "waiting" | "paused" | "failed" | "cancelled" | "done"} UploadState */
/**
 * @typedef {object} Upload
 * @property {File} file
 * @property {UploadState} state
 * @property {number} readBytes for its checksum, before anything is sent
 * @property {number} sentBytes
 * @property {number | null} leftMs
 * @property {Problem | null} problem why it waits or failed
 * @property {number} goesOnAt epoch ms by our clock, while it waits
 * @property {() => void} pause
 * @property {() => void} goOn
 * @property {() => void} cancel
 */

/** By place, as `episodes/<id>/segments/<n>`. @type {Map<string, Upload>} */
const uploads = new Map();
/** @type {Set<(place: string) => void>} */
const listeners = new Set();

/** A browser has six connections to a server, and one must always be free for a stop. */
const AT_ONCE = 3;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** After this much silence the connection is as good as cut, e.g. since the lid was closed. */
const SILENCE_MS = 60_000;

const PASSING = new Set([
  "offline",
  "timeout",
  "too_slow",
  "unavailable",
  "no_space",
  "too_many",
  "internal",
  "forbidden",
]);
const ACTIVE = new Set(["starting", "reading", "sending", "checking"]);
const ENDED = new Set(["failed", "cancelled", "done"]);

const activeCount = () => [...uploads.values()].filter(({ state }) => ACTIVE.has(state)).length;

/** @param {string} place */
export const uploadOf = (place) => uploads.get(place) ?? null;

/** @param {Upload | null} upload */
export const isUnderWay = (upload) => upload !== null && !ENDED.has(upload.state);

/** Calls back on every step of any upload. @param {(place: string) => void} listener @returns {() => void} to end it */
export function onUpload(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** @param {string} place */
const tell = (place) => {
  for (const listener of listeners) listener(place);
};

/** Forgets one that ended. @param {string} place */
export function dismissUpload(place) {
  uploads.delete(place);
  tell(place);
}

/** A conflict without a hint is about the offset only, and the next answer tells the right one. @param {Problem} problem */
const mayPass = ({ code, hint, detail }) =>
  PASSING.has(code) || (code === "conflict" && hint === null && detail !== "");

/** What a recording without a place yet is known by. @param {string} place */
const isLoose = (place) => place.startsWith("recordings/");
/** @param {string} place */
const contentPath = (place) => `/${place.replace(/\/segments\/\d+$/, "")}`;

/**
 * Sends a file to its place, however often that is interrupted.
 * @param {string} place
 * @param {File} file
 * @returns {Promise<any>} the episode or session after it, or the SHA-256 of what went to `recordings/<word>`; `null` when
 *   it did not work, and `uploadOf(place)` then says why
 */
export const startUpload = (place, file) =>
  new Promise((resolve) => {
    const upload = createUpload(place, file, resolve);
    uploads.set(place, upload);
    upload.goOn();
  });

/** @param {string} place @param {File} file @param {(answer: any) => void} finish @returns {Upload} */
function createUpload(place, file, finish) {
  const pace = createPace(() => performance.now());
  let failures = 0;
  /** Grows with each beginning, pause and end: what an earlier one still has to say is void. */
  let round = 0;
  /** @type {number | undefined} */
  let timer;

  /** @type {Upload} */
  const upload = {
    file,
    state: "queued",
    readBytes: 0,
    sentBytes: 0,
    leftMs: null,
    problem: null,
    goesOnAt: 0,
    goOn() {
      if (!ACTIVE.has(upload.state) && activeCount() >= AT_ONCE)
        return step({ state: "queued", problem: null });
      void begin();
    },
    pause() {
      halt();
      step({ state: "paused", problem: null });
    },
    cancel() {
      halt();
      void end({ state: "cancelled" }).then(() => transfer.end());
    },
  };
  const transfer = createTransfer(place, file, {
    onReading: (readBytes) => step({ state: "reading", readBytes }),
    onProgress(sentBytes) {
      if (sentBytes > upload.sentBytes) failures = 0;
      const leftMs = pace.leftMs(sentBytes, file.size);
      const isSent = sentBytes >= file.size;
      clearTimeout(timer);
      // The check of a long recording takes as long as it takes.
      if (!isSent) timer = setTimeout(giveUpWaiting, SILENCE_MS);
      step({ state: isSent ? "checking" : "sending", sentBytes, leftMs });
    },
    onDone: (sha256) => void complete(sha256),
    onProblem: cope,
  });

  /** @param {Partial<Upload>} change */
  function step(change) {
    Object.assign(upload, change);
    tell(place);
    if (!ACTIVE.has(upload.state)) admitNext();
  }
  function halt() {
    round += 1;
    clearTimeout(timer);
    transfer.stop();
  }

  function giveUpWaiting() {
    halt();
    cope(new Problem("timeout", ""));
  }

  async function begin() {
    clearTimeout(timer);
    const mine = (round += 1);
    pace.restart();
    step({ state: "starting", problem: null, leftMs: null });
    try {
      // Asks for a sign-in where one is needed.
      await freshCsrfToken();
      if (mine === round) await transfer.start();
    } catch (error) {
      if (mine === round) cope(asProblem(error));
    }
  }

  /** @param {Problem} problem */
  function cope(problem) {
    clearTimeout(timer);
    if (problem.code === "unauthorized") return void begin();
    if (!mayPass(problem)) return void end({ state: "failed", problem });
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
    failures += 1;
    timer = setTimeout(upload.goOn, waitMs);
    step({ state: "waiting", problem, goesOnAt: Date.now() + waitMs });
  }

  /** Forgets it first: whoever is told of the end looks up what can be gone on with. @param {Partial<Upload>} change */
  async function end(change) {
    await transfer.forget();
    step(change);
    finish(null);
  }

  /** @param {string} sha256 */
  async function complete(sha256) {
    // The page asks again by itself, should this not come through.
    const answer = isLoose(place) ? sha256 : await read(contentPath(place)).catch(() => null);
    step({ state: "done" });
    finish(answer);
  }
  return upload;
}

function admitNext() {
  for (const upload of uploads.values())
    if (upload.state === "queued" && activeCount() < AT_ONCE) upload.goOn();
}

addEventListener("online", () => {
  for (const upload of uploads.values()) if (upload.state === "waiting") upload.goOn();
});
addEventListener("beforeunload", (event) => {
  if ([...uploads.values()].some(({ state }) => state !== "paused" && !ENDED.has(state)))
    event.preventDefault();
});
