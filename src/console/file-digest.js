import { Problem } from "./api.js";

/**
 * The SHA-256 of a file of any size, in lower-case hex.
 * @param {File} file
 * @param {{ onProgress: (readBytes: number) => void, signal: AbortSignal }} options
 * @returns {Promise<string>} rejects with the signal's reason, or a Problem: `unreadable` when the file was changed or
 *   taken away, `offline` when the worker could not be loaded
 */
export function digestOf(file, { onProgress, signal }) {
  signal.throwIfAborted();
  const worker = new Worker(new URL("./digest-worker.js", import.meta.url), { type: "module" });
  const reading = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.sha256 !== undefined) resolve(data.sha256);
      else if (data.unreadable === true) reject(new Problem("unreadable", ""));
      else onProgress(data.readBytes);
    };
    worker.onerror = () => reject(new Problem("offline", ""));
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    worker.postMessage(file);
  });
  return reading.finally(() => worker.terminate());
}
