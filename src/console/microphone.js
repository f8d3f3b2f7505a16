import { serverNow } from "./api.js";
import { dayOf, secondsText } from "./format.js";
import { t } from "./i18n.js";

/** The microphone of this computer: what is said into it, whole or piece by piece, and how loud that is. */

/** @typedef {"insecure" | "unsupported" | "denied" | "missing" | "busy" | "failed"} WhyNot */

/** Why there is no recording, in words that do not change. */
export class MicrophoneProblem extends Error {
  /** @param {WhyNot} why */
  constructor(why) {
    super(why);
    this.name = "MicrophoneProblem";
    this.why = why;
  }
}

/** The names that browsers give (W3C Media Capture and Streams, 10.2.4). @type {Record<string, WhyNot>} */
const NAMES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};
/** What browsers record in, best first; all of it can be sent as it is. @type {[type: string, ending: string][]} */
const FORMATS = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/mp4", "m4a"],
  ["audio/ogg;codecs=opus", "ogg"],
];
const BITS_PER_SECOND = 96_000;
/** What was said so far is handed over so often: little is lost when the browser fails. */
const PIECE_MS = 1000;
const LEVEL_EVERY_MS = 80;
/** One voice close by: a room's noise is taken out, a quiet speaker is raised. */
const WISHES = { channelCount: 1, noiseSuppression: true, autoGainControl: true, echoCancellation: false };

/** @typedef {{ file: File, durationMs: number }} Voice */
/**
 * @typedef {object} Recorder
 * @property {() => number} elapsedMs
 * @property {() => void} stop ends the recording; `done` has it then
 * @property {Promise<Voice>} done also resolves when the microphone is pulled out
 */

/**
 * @typedef {object} Microphone open, and heard by nobody but the meter yet
 * @property {string} ending of a file's name
 * @property {string} type
 * @property {(pieceMs: number, onPiece: (piece: Blob) => void) => Omit<Recorder, "done"> & { done: Promise<void> }} record
 * @property {() => void} close
 */

/**
 * Asks for the microphone.
 * @param {(peak: number) => void} onLevel 0 to 1 of full scale, several times a second
 * @param {number} bitsPerSecond
 * @returns {Promise<Microphone>}
 * @throws {MicrophoneProblem}
 */
export async function openMicrophone(onLevel, bitsPerSecond) {
  // Where the page is not secure, browsers leave `mediaDevices` out.
  if (!isSecureContext) throw new MicrophoneProblem("insecure");
  if (!navigator.mediaDevices?.getUserMedia || typeof MediaRecorder === "undefined")
    throw new MicrophoneProblem("unsupported");
  const [type, ending] = FORMATS.find(([name]) => MediaRecorder.isTypeSupported(name)) ?? ["", ""];
  if (type === "") throw new MicrophoneProblem("unsupported");
  const stream = await openStream();
  const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: bitsPerSecond });
  const closeMeter = openMeter(stream, onLevel);
  function close() {
    closeMeter();
    for (const track of stream.getTracks()) track.stop();
  }

  return {
    type,
    ending,
    close,
    record(pieceMs, onPiece) {
      const startedAt = performance.now();
      /** @type {number | null} */
      let endedAt = null;
      recorder.addEventListener("dataavailable", ({ data }) => void (data.size > 0 && onPiece(data)));
      /** @type {Promise<void>} */
      const done = new Promise((resolve) =>
        recorder.addEventListener("stop", () => {
          endedAt ??= performance.now();
          close();
          resolve();
        }),
      );
      recorder.start(pieceMs);
      return {
        elapsedMs: () => (endedAt ?? performance.now()) - startedAt,
        done,
        stop() {
          if (recorder.state === "inactive") return;
          endedAt = performance.now();
          recorder.stop();
        },
      };
    },
  };
}

/**
 * Asks for the microphone and begins to record.
 * @param {(peak: number) => void} onLevel 0 to 1 of full scale, several times a second
 * @param {AbortSignal} signal when nobody wants it any more, though the browser still asks for permission
 * @returns {Promise<Recorder | null>} `null` when it was not wanted any more
 * @throws {MicrophoneProblem}
 */
export async function startRecording(onLevel, signal) {
  const microphone = await openMicrophone(onLevel, BITS_PER_SECOND);
  if (signal.aborted) {
    microphone.close();
    return null;
  }
  /** @type {Blob[]} */
  const pieces = [];
  const { elapsedMs, stop, done } = microphone.record(PIECE_MS, (piece) => void pieces.push(piece));
  return {
    elapsedMs,
    stop,
    done: done.then(() => {
      const now = serverNow();
      const moment = `${dayOf(now)} ${secondsText(now).replaceAll(":", "")}`;
      const name = `${t("voice.fileName", { moment })}.${microphone.ending}`;
      return { file: new File(pieces, name, { type: microphone.type }), durationMs: elapsedMs() };
    }),
  };
}

async function openStream() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: WISHES });
  } catch (error) {
    throw new MicrophoneProblem(NAMES[error instanceof DOMException ? error.name : ""] ?? "failed");
  }
}

/** @param {MediaStream} stream @param {(peak: number) => void} onLevel @returns {() => void} ends it */
function openMeter(stream, onLevel) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 4096;
  context.createMediaStreamSource(stream).connect(analyser);
  void context.resume();
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0));
  }, LEVEL_EVERY_MS);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
