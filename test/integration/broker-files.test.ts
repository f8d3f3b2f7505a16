import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyMqttPassword } from "../../src/devices/credentials.ts";
import { createFleet, VILLAGE } from "../support/fleet.ts";

const run = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-broker-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const brokerFiles = (args: string[], mqttUrl = "mqtt://ccx-server:s%40cret@127.0.0.1:1883") =>
  run(process.execPath, ["scripts/broker-files.ts", ...args], {
    env: { ...process.env, DATA_DIR: folder, MQTT_URL: mqttUrl },
  });

test("writes the files of every enrolled device while the server is running", async () => {
  const fleet = createFleet(join(folder, "cuncunxiang.db"));
  const { identity, password } = fleet.enrol(VILLAGE);
  const out = join(folder, "mosquitto");
  const { stdout } = await brokerFiles(["--out", out, "--listen", "0.0.0.0:1884"]);
  expect(stdout).toMatch(/1 device\(s\)[\s\S]*HUP/);

  const passwd = await readFile(join(out, "passwd"), "utf8");
  const hashOf = (name: string) => new RegExp(`^${name}:(.+)$`, "m").exec(passwd)?.[1] ?? "";
  expect(verifyMqttPassword("s@cret", hashOf("ccx-server"))).toBe(true);
  expect(verifyMqttPassword(password, hashOf(identity.id))).toBe(true);
  expect(await readFile(join(out, "acl"), "utf8")).toContain(`topic read ccx/v1/area/${VILLAGE}/command`);
  const conf = await readFile(join(out, "cuncunxiang.conf"), "utf8");
  expect(conf).toContain(`password_file ${out}/passwd`);
  expect(conf).toContain("listener 1884 0.0.0.0");
  expect((await stat(join(out, "passwd"))).mode & 0o777).toBe(0o640);
  fleet.close();
});

test.each<[string, string[], string | undefined, RegExp]>([
  ["no folder is named", [], undefined, /--out DIR/],
  ["MQTT_URL names no account", ["--out", "x"], "mqtt://127.0.0.1", /MQTT_URL names no account/],
  ["there is no database", ["--out", "x"], undefined, /no database at/],
  ["the listener makes no sense", ["--out", "x", "--listen", "1883"], undefined, /not host:port/],
])("says what to do when %s", async (_name, args, mqttUrl, message) => {
  await expect(brokerFiles(args, mqttUrl)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(message),
  });
});
