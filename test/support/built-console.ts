import { execFileSync } from "node:child_process";

/** Before the tests that use the console as it is served. */
export const setup = (): void =>
  void execFileSync(process.execPath, ["scripts/console-build.ts", "--if-needed"], { stdio: "inherit" });
