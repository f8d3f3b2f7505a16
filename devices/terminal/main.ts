import { runProgram } from "../runtime/program.ts";

await runProgram("terminal");
