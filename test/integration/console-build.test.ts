import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

// The tests' set-up has built it.
test("a console that is built is not built again by the next start", () => {
  const built = spawnSync(process.execPath, ["scripts/console-build.ts", "--if-needed"], {
    encoding: "utf8",
  });
  expect(built).toMatchObject({ status: 0, stderr: "" });
});
