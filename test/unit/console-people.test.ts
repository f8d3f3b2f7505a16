import { describe, expect, test } from "vitest";
import type { Person } from "../../src/console/api-types.ts";
import { filterPeople } from "../../src/console/pages/people/people-filter.ts";

const person = (name: string, changes: Partial<Person> = {}): Person => ({
  id: name,
  name,
  roles: [],
  state: "active",
  secondFactor: true,
  identity: null,
  createdAt: "2026-11-01T00:00:00.000Z",
  disabledAt: null,
  invitedUntil: null,
  lastSeenAt: null,
  ...changes,
});
const PEOPLE = [
  person("admin", { roles: [{ role: "administrator", area: null }] }),
  person("daotian", { roles: [{ role: "town-admin", area: "370783112000" }], secondFactor: false }),
  person("houzhen", { state: "invited", invitedUntil: "2026-11-04T00:00:00.000Z", secondFactor: false }),
  person("too-late", { state: "invited", secondFactor: false }),
  person("gone", { state: "disabled", secondFactor: false }),
];
const ALL = { q: "", state: "", role: "", area: "" };
const found = (filter: Partial<typeof ALL>) =>
  filterPeople(PEOPLE, { ...ALL, ...filter }).map(({ name }) => name);

describe("looking for people", () => {
  test.each([
    [{}, ["admin", "daotian", "houzhen", "too-late", "gone"]],
    [{ q: " AO " }, ["daotian"]],
    [{ state: "active" }, ["admin", "daotian"]],
    [{ state: "invited" }, ["houzhen", "too-late"]],
    [{ state: "expired" }, ["too-late"]],
    [{ state: "disabled" }, ["gone"]],
    [{ state: "withoutFactor" }, ["daotian", "houzhen", "too-late"]],
    [{ state: "of a newer console" }, ["admin", "daotian", "houzhen", "too-late", "gone"]],
    [{ role: "administrator" }, ["admin"]],
    [{ area: "370783112000", state: "active" }, ["daotian"]],
    [{ area: "370783112000", state: "disabled" }, []],
  ])("by %j", (filter, names) => {
    expect(found(filter)).toEqual(names);
  });
});
