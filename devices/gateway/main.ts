import { runProgram } from "../core/program.ts";
import { createGatewayBox } from "./box.ts";

await runProgram(createGatewayBox);
