import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../../src/config.ts";

describe("configuration", () => {
  test("has a default for everything", () => {
    expect(readConfig({})).toMatchObject({
      host: "127.0.0.1",
      port: 3000,
      mqttUrls: [],
      zone: "Asia/Shanghai",
    });
  });

  test("reports every problem at once", () => {
    const env = { PORT: "80x", ZONE: "+08:00", MQTT_URL: "http://broker", LOG_LEVEL: "loud", PLAN_DAYS: "7" };
    const problems = (() => {
      try {
        readConfig(env);
      } catch (error) {
        if (error instanceof ConfigError) return error.problems;
      }
      return [];
    })();
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "PORT",
      "MQTT_URL",
      "LOG_LEVEL",
      "ZONE",
      "PLAN_DAYS",
    ]);
  });

  test(".env.example lists every variable, and each with the default that holds without it", () => {
    const text = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
    const listed = Object.fromEntries(
      [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map((match) => [match[1], match[2]]),
    );
    const asked = new Set<string>();
    const spy = new Proxy({}, { get: (_, name) => void asked.add(String(name)) });
    const defaults = readConfig(spy);
    expect(Object.keys(listed).toSorted()).toEqual([...asked].toSorted());
    expect(readConfig(listed)).toEqual(defaults);
  });
});
