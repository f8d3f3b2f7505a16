import { createSound, runProgram } from "../core/program.ts";
import { createMpvOutput } from "./mpv-output.ts";

await runProgram("terminal", (request) =>
  request.name === "mpv" ? createMpvOutput(request) : createSound(request),
);
