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

  test("takes the nodes of a cluster as one list", () => {
    const { mqttUrls, mqttPublicUrls } = readConfig({
      MQTT_URL: "mqtts://s:p@a, mqtts://s:p@b/",
      MQTT_PUBLIC_URL: "wss://a/mqtt,mqtts://b",
    });
    expect(mqttUrls).toEqual(["mqtts://s:p@a", "mqtts://s:p@b"]);
    expect(mqttPublicUrls).toEqual(["wss://a/mqtt", "mqtts://b"]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ["a certificate without its key", { MQTT_TLS_CERT: "package.json" }, /MQTT_TLS_KEY/],
    ["a file that is not there", { MQTT_CA: "no/such.pem" }, /MQTT_CA names a file that is not there/],
    ["certificates required of nobody's", { MQTT_TLS_CLIENTS: "required" }, /MQTT_TLS_CLIENT_CA/],
    ["a secret that can be guessed", { MQTT_AUTH_SECRET: "secret" }, /32 characters/],
    ["an address that is none", { MQTT_AUTH_ALLOW: "broker.example" }, /MQTT_AUTH_ALLOW/],
    ["accounts of a broker that is not there", { MQTT_ACCOUNTS: "dynamic-security" }, /MQTT_URL/],
    ["no way in at all", { PASSWORD_SIGN_IN: "off" }, /leaves no way in: set OIDC_ISSUER/],
    ["a client of no provider", { OIDC_CLIENT_ID: "ccx" }, /OIDC_CLIENT_ID is of no use without OIDC_ISSUER/],
    [
      "a provider without a client",
      { OIDC_ISSUER: "https://id.example" },
      /OIDC_ISSUER needs OIDC_CLIENT_ID/,
    ],
    ["a provider without roles", { OIDC_ISSUER: "https://id.example" }, /OIDC_ISSUER needs OIDC_ROLES_FILE/],
    [
      "a provider that sends nobody back",
      { OIDC_ISSUER: "https://id.example" },
      /OIDC_ISSUER needs PUBLIC_URL/,
    ],
    [
      "a provider over the open network",
      { OIDC_ISSUER: "http://id.example" },
      /must be the provider's https/,
    ],
    [
      "two secrets",
      { OIDC_CLIENT_SECRET: "one", OIDC_CLIENT_SECRET_FILE: "package.json" },
      /exclude each other/,
    ],
    [
      "scopes without openid",
      { OIDC_ISSUER: "https://id.example", OIDC_SCOPES: "profile" },
      /"openid" in it/,
    ],
    ["roles that are no mapping", { OIDC_ROLES_FILE: "package.json" }, /OIDC_ROLES_FILE: \/: must be array/],
    ["roles that are no JSON", { OIDC_ROLES_FILE: "README.md" }, /OIDC_ROLES_FILE is not JSON/],
    ["sign-ins that never end", { SIGN_IN_DAYS: "0" }, /SIGN_IN_DAYS/],
    ["one bad address among good ones", { MQTT_URL: "mqtt://a,http://b" }, /MQTT_URL must be/],
  ])("refuses %s", (_name, env, problem) => {
    expect(() => readConfig(env)).toThrow(problem);
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
