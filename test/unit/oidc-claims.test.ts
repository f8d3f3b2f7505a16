import { expect, test } from "vitest";
import { type Claims, identified } from "../../src/people/oidc-claims.ts";
import type { OidcSettings } from "../../src/people/oidc-settings.ts";

const settings: OidcSettings = {
  issuer: new URL("https://id.example"),
  clientId: "ccx",
  clientSecret: "secret",
  scopes: "openid",
  nameClaim: "preferred_username",
  groupsClaim: "groups",
  roles: [],
  label: null,
  secondFactor: ["mfa"],
  redirectUri: "https://ccx.example/signed-in",
};
const token = { iss: "https://id.example", sub: "s-1", aud: "ccx", iat: 0, exp: 1 };
const told = (claims: Claims, groupsClaim = "groups", others: Claims = {}) =>
  identified({ ...settings, groupsClaim }, { ...token, ...claims }, others);

test.each<[string, string, Claims, string[]]>([
  ["a list", "groups", { groups: ["media", "air"] }, ["media", "air"]],
  ["one text", "groups", { groups: "media" }, ["media"]],
  ["a list with other things in it", "groups", { groups: ["media", 7, null, { name: "air" }] }, ["media"]],
  ["a claim inside others", "realm.roles", { realm: { roles: ["media"] } }, ["media"]],
  [
    "a claim whose name has dots",
    "https://a.example/groups",
    { "https://a.example/groups": ["media"] },
    ["media"],
  ],
  ["nothing", "groups", {}, []],
  ["a claim that is no claim but the language's own", "constructor.name", {}, []],
])("groups are read from %s", (_what, claim, claims, groups) => {
  expect(told(claims, claim).groups).toEqual(groups);
});

test("what the ID token says counts before what is told besides", () => {
  expect(told({ groups: ["media"] }, "groups", { groups: ["it"], preferred_username: "bianji" })).toEqual({
    issuer: "https://id.example/",
    subject: "s-1",
    name: "bianji",
    groups: ["media"],
    secondFactor: false,
  });
});

test("a second factor is what the settings say, of the ID token alone", () => {
  expect(told({ acr: "mfa" }).secondFactor).toBe(true);
  expect(told({ amr: ["pwd", "mfa"] }).secondFactor).toBe(true);
  expect(told({ acr: "1", amr: ["pwd"] }).secondFactor).toBe(false);
  expect(told({}, "groups", { acr: "mfa" }).secondFactor).toBe(false);
});
