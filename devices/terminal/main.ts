import { runProgram } from "../core/program.ts";
import { createSound, usualSound } from "../core/sound.ts";
import { createMpvOutput } from "./mpv-output.ts";

await runProgram("terminal", ({ output, stateDir }) => ({
  createOutput({ now }) {
    const setting = output === null ? usualSound() : { name: output };
    return setting.name === "mpv"
      ? createMpvOutput({ stateDir, now })
      : createSound({ kind: "terminal", setting, stateDir, now });
  },
}));
