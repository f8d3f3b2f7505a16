import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { MINUTE_MS } from "../clock.ts";
import { AppError } from "../errors.ts";
import { toReadings } from "./readings.ts";
import type { SpeechEngine } from "./speech-engine.ts";

const VOICE = "cmn-latn-pinyin";
/** Words a minute of the voice: some four syllables a second, as a news reader has. */
const SPEED = 150;

/** The offline voice of Debian's espeak-ng. It reads pinyin well and most hanzi badly, so it is given the readings. */
export function createEspeakEngine(espeakPath: string): SpeechEngine {
  return {
    name: `espeak-ng ${VOICE}`,
    async speak(spoken, file, signal) {
      // The text comes by the standard input: one that begins with a dash is no option.
      const args = ["-v", VOICE, "-s", String(SPEED), "-w", file, "--stdin"];
      const limited = AbortSignal.any([signal, AbortSignal.timeout(MINUTE_MS)]);
      const voice = spawn(espeakPath, args, {
        stdio: ["pipe", "ignore", "pipe"],
        signal: limited,
        killSignal: "SIGKILL",
      });
      try {
        const said = text(voice.stderr);
        voice.stdin.on("error", () => undefined).end(toReadings(spoken));
        const [code] = (await once(voice, "close")) as [number | null];
        if (code !== 0) throw new Error(`espeak-ng ended with ${code}: ${await said}`);
      } catch (cause) {
        signal.throwIfAborted();
        throw unavailable(espeakPath, cause);
      }
    },
  };
}

const unavailable = (espeakPath: string, cause: unknown): AppError =>
  new AppError("unavailable", `The server cannot speak with "${espeakPath}".`, {
    cause,
    hint: "Install it (on Debian: sudo apt-get install -y espeak-ng), or correct ESPEAK_PATH.",
  });
