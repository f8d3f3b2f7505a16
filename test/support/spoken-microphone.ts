import { type Browser, chromium } from "playwright-core";
import { ARGS, CHROMIUM } from "./browser.ts";

/** A browser whose microphone hears this file (WAV) over and over. @param allowed whether pages may listen to it */
export const launchWithMicrophone = (file: string, { allowed = true } = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...ARGS,
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${file}`,
      allowed ? "--use-fake-ui-for-media-stream" : "--deny-permission-prompts",
    ],
  });
