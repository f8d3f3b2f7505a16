import { describe, expect, test } from "vitest";
import { readSettings, SettingsError } from "../../devices/core/settings.ts";

const argv = ["--server", "http://10.0.0.5:3000/", "--state", "/var/lib/ccx"];

describe("the settings of a device", () => {
  test("have defaults, and a server address without a slash at its end", () => {
    const settings = readSettings(argv, {});
    expect(settings).toMatchObject({
      server: "http://10.0.0.5:3000",
      stateDir: "/var/lib/ccx",
      code: null,
      output: null,
      logLevel: "info",
    });
    expect(settings.hardwareId).toBeNull();
  });

  test("come from flags before the environment, and an empty one counts as none", () => {
    const env = { CCX_SERVER: "http://other", CCX_CODE: " ABCD ", CCX_OUTPUT: "wav", CCX_HARDWARE_ID: "" };
    const settings = readSettings([...argv, "--output", "alsa"], env);
    expect(settings).toMatchObject({ server: "http://10.0.0.5:3000", code: "ABCD", output: "alsa" });
    expect(settings.hardwareId).not.toBe("");
  });

  test("name everything that is wrong at once", () => {
    const problem = () => readSettings(["--server", "ftp://x", "--output", "radio"], {});
    expect(problem).toThrow(SettingsError);
    expect(problem).toThrow(/http\(s\) URL: "ftp:\/\/x"[^]*--state is missing[^]*--output must be one of/);
  });

  test("refuse a flag that does not exist", () => {
    expect(() => readSettings([...argv, "--loud"], {})).toThrow(SettingsError);
  });
});
