import { type Browser, chromium } from "playwright-core";
import { CHROMIUM } from "../../scripts/chromium.ts";

/** A browser whose microphone hears this file (WAV) over and over. @param allowed whether pages may listen to it */
export const launchWithMicrophone = (file: string, { allowed = true } = {}): Promise<Browser> =>
  chromium.launch({
    ...CHROMIUM,
    args: [
      ...CHROMIUM.args,
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${file}`,
      allowed ? "--use-fake-ui-for-media-stream" : "--deny-permission-prompts",
    ],
  });
