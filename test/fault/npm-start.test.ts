import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { until } from "../../scripts/until.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("SIGTERM to `npm start` reaches the server, which ends by itself with status 0", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-npm-"));
  const env = {
    HOST: "127.0.0.1",
    PORT: "0",
    MQTT_PORT: "0",
    DATA_DIR: `${folder}/data`,
    MEDIA_DIR: `${folder}/media`,
  };
  const npm = spawn("npm", ["start"], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  npm.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = once(npm, "exit");
  try {
    await until(() => output.includes("Console"), { what: "the start", timeoutMs: 30_000 });
    npm.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
    expect(output).toContain("the server ends");
  } finally {
    npm.kill("SIGKILL");
    await rm(folder, { recursive: true });
  }
});
