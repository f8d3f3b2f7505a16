import Fastify from "fastify";
import { describe, expect, test } from "vitest";
import { demandActs } from "../../src/http/permission-guard.ts";
import { waitAfter } from "../../src/people/lockout.ts";
import { checkPassword } from "../../src/people/password-policy.ts";
import {
  ALL_ACTS,
  canInterrupt,
  ROLES,
  reaches,
  reachOf,
  ruleOf,
  takesSecondFactor,
} from "../../src/people/permissions.ts";

const TOWN = "370783112000";
const OTHER_TOWN = "370783006000";
const county = (role: (typeof ROLES)[number]) => ({ role, area: null });
const townAdmin = (area: string) => ({ role: "town-admin" as const, area });

describe("where somebody may do something", () => {
  test("is nowhere without a role that includes it", () => {
    const others = ALL_ACTS.filter((act) => act !== "account:own");
    for (const act of others) expect(reachOf([], act)).toEqual([]);
    expect(reachOf([], "account:own")).toBeNull();
    expect(reachOf([county("editor")], "people:manage")).toEqual([]);
  });

  test("is everywhere with a role of the county, and in the areas of the roles otherwise", () => {
    expect(reachOf([county("administrator")], "devices:manage")).toBeNull();
    expect(reachOf([townAdmin(TOWN), townAdmin(OTHER_TOWN)], "devices:manage")).toEqual([TOWN, OTHER_TOWN]);
    expect(reachOf([townAdmin(TOWN), county("administrator")], "devices:manage")).toBeNull();
  });

  test("is an area with everything below it, all of it or not at all", () => {
    expect(reaches([TOWN], [TOWN, "370783112201"])).toBe(true);
    expect(reaches([TOWN], [TOWN, OTHER_TOWN])).toBe(false);
    expect(reaches([TOWN], ["370783000000"])).toBe(false);
    expect(reaches([TOWN], [])).toBe(false);
    expect(reaches([], [TOWN])).toBe(false);
    expect(reaches(null, [])).toBe(true);
  });

  test("the auditor only reads", () => {
    const may = ALL_ACTS.filter((act) => ruleOf(act).roles.includes("auditor"));
    expect(may.filter((act) => !/:(read|own)$/.test(act))).toEqual([]);
    expect(may.length).toBeGreaterThan(5);
  });

  test("those who can interrupt are the administrator, the scheduler and the town's", () => {
    const grants = ROLES.map((role) => ({ role, area: role === "town-admin" ? TOWN : null }));
    expect(grants.filter((grant) => canInterrupt([grant])).map(({ role }) => role)).toEqual([
      "administrator",
      "scheduler",
      "town-admin",
    ]);
  });
});

test("who can interrupt does by the password alone no more than look, stop, and see to the own account", () => {
  const byPassword = (role: (typeof ROLES)[number]) =>
    ALL_ACTS.filter(
      (act) => ruleOf(act).roles.includes(role) && !takesSecondFactor([{ role, area: null }], act),
    );
  for (const role of ["administrator", "scheduler", "town-admin"] as const)
    expect(byPassword(role).filter((act) => !/:(read|own|stop|preview)$/.test(act))).toEqual([]);
  expect(byPassword("town-admin")).toContain("broadcasts:stop");
  expect(byPassword("administrator")).toContain("everything:stop");
  // Who cannot interrupt is not asked.
  for (const act of ALL_ACTS) expect(takesSecondFactor([county("editor")], act)).toBe(false);
});

describe("an operation of the API", () => {
  const routed = (config: object) => {
    const app = Fastify();
    demandActs(app);
    return () => app.get("/api/v1/things", { config }, async () => "");
  };

  test("without a declared act keeps the server from starting", () => {
    expect(routed({})).toThrow(/GET \/api\/v1\/things does not declare its act/);
    expect(routed({ act: "content:read" })).not.toThrow();
    expect(routed({ act: "public" })).not.toThrow();
  });

  test("of an area has to say where it acts", () => {
    expect(routed({ act: "devices:manage" })).toThrow(/does not declare where it acts/);
    expect(routed({ act: "devices:manage", within: () => [TOWN] })).not.toThrow();
  });
});

describe("a password", () => {
  test.each([
    ["short", /fewer than 12 characters/],
    ["一二三四五六七八九十一", /fewer than 12 characters/],
    ["the village Li.Wei rings", /contains the user name/],
    ["password1234", /would be guessed soon/],
    ["1234567890ab", /would be guessed soon/],
    ["qazwsxedcrfv", /would be guessed soon/],
    ["shouguang2026", /would be guessed soon/],
    ["cuncunxiang123", /would be guessed soon/],
    ["woaizhongguo1949", /would be guessed soon/],
    ["zhangwei1988", /would be guessed soon/],
    ["aaaaaaaaaaaaaaaa", /would be guessed soon/],
  ])("%s is refused, with the reason", (password, reason) => {
    expect(() => checkPassword("/password", password, "li.wei")).toThrow(
      expect.objectContaining({
        code: "invalid",
        hint: expect.any(String),
        details: [{ at: "/password", message: expect.stringMatching(reason) }],
      }),
    );
  });

  test.each(["seven villages ring", "大棚里的红色先锋今天六点半响起来", "K7q-x2Lm_9vRtZ"])(
    "%s is taken",
    (password) => {
      expect(() => checkPassword("/password", password, "li.wei")).not.toThrow();
    },
  );
});

test("the wait after something wrong doubles, to four minutes", () => {
  const seconds = Array.from({ length: 13 }, (_, failures) => waitAfter(failures, 5) / 1000);
  expect(seconds).toEqual([0, 0, 0, 0, 0, 30, 60, 120, 240, 240, 240, 240, 240]);
});
