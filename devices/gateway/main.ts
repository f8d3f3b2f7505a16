import { runProgram } from "../core/program.ts";

await runProgram("loudspeaker");
