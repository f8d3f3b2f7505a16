import { type Browser, chromium } from "playwright-core";
import { ARGS, CHROMIUM } from "./browser.ts";

/** A browser whose microphone hears this file (WAV) over and over, and asks nobody. */
export const launchWithMicrophone = (file: string): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...ARGS,
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-audio-capture=${file}`,
    ],
  });
