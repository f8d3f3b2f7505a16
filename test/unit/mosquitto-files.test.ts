import { expect, test } from "vitest";
import { mosquittoFiles } from "../../src/delivery/mosquitto-files.ts";
import type { DeviceAccount } from "../../src/devices/device-service.ts";

const account: DeviceAccount = {
  identity: {
    id: "d1",
    kind: "loudspeaker",
    regionCode: "370783112000",
    areas: ["370783112000", "370783000000"],
    groups: ["g1"],
    tags: [],
  },
  mqttHash: "$7$1$salt$hash",
};
const files = mosquittoFiles({
  accounts: [account],
  server: { username: "ccx-server", mqttHash: "$7$1$a$b" },
  listen: { host: "0.0.0.0", port: 1884 },
  folder: "/etc/ccx",
  plugin: null,
});
const conf = files["cuncunxiang.conf"] ?? "";

test("the password file has one line per account", () => {
  expect(files["passwd"]).toBe("ccx-server:$7$1$a$b\nd1:$7$1$salt$hash\n");
});

test("the ACL names exact topics for each device, and the whole branch only for the server", () => {
  const [, server, device] = (files["acl"] ?? "").split("\n\n");
  expect(server).toBe("user ccx-server\ntopic readwrite ccx/v1/#");
  expect(device?.trim().split("\n").toSorted()).toEqual(
    [
      "user d1",
      "topic read ccx/v1/device/d1/playlist",
      "topic read ccx/v1/device/d1/command",
      "topic read ccx/v1/device/d1/ack",
      ...["370783112000", "370783000000"].flatMap((code) =>
        ["playlist", "command", "alert"].map((leaf) => `topic read ccx/v1/area/${code}/${leaf}`),
      ),
      "topic read ccx/v1/group/g1/playlist",
      "topic read ccx/v1/group/g1/command",
      "topic write ccx/v1/device/d1/presence",
      "topic write ccx/v1/device/d1/state",
      "topic write ccx/v1/device/d1/report",
    ].toSorted(),
  );
  expect(device).not.toMatch(/[+#]/);
});

test("the configuration lets nobody in without an account, and binds the client id to it on our listener", () => {
  const settings = conf.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(settings).toEqual(
    expect.arrayContaining([
      "allow_anonymous false",
      "per_listener_settings false",
      "password_file /etc/ccx/passwd",
      "acl_file /etc/ccx/acl",
    ]),
  );
  expect(settings.indexOf("use_username_as_clientid true")).toBeGreaterThan(
    settings.indexOf("listener 1884 0.0.0.0"),
  );
});
