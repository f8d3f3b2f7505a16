import { expect, test } from "vitest";
import { createTransact, openDatabase } from "../../src/db/open.ts";
import { createSettings } from "../../src/db/settings.ts";
import { createPolicyService } from "../../src/schedules/policy.ts";
import { createPolicyStore } from "../../src/schedules/policy-store.ts";
import { createShortenedHours } from "../../src/schedules/shortened-hours.ts";
import { createShortenedHoursStore } from "../../src/schedules/shortened-hours-store.ts";
import { createTestClock } from "../support/fleet.ts";

const REFUSED = new Error("refused");
const NIGHT = [{ from: "22:00", to: "06:00" }];

function open() {
  const clock = createTestClock();
  const db = openDatabase(":memory:", clock.now());
  const settings = createSettings(db);
  const transact = createTransact(db);
  return { clock, db, settings, transact };
}

/** Does `work`, and throws at its end. */
const thatFails = (work: () => void) => () => {
  work();
  throw REFUSED;
};

test("what holds the database in memory is told once its part is undone, with or without the transaction around it", () => {
  const { settings, transact } = open();
  const told: string[] = [];
  const tell = (name: string) => () => void told.push(`${name}: ${settings.get("key")}`);
  const set = (value: string) => () => settings.set("key", value);

  transact(set("kept"), tell("kept"));
  expect(() => transact(thatFails(set("undone")), tell("alone"))).toThrow(REFUSED);
  expect(told.splice(0)).toEqual(["alone: kept"]);

  expect(() =>
    transact(
      thatFails(() => {
        transact(set("inner"), tell("inner"));
        expect(told).toEqual([]);
      }),
      tell("outer"),
    ),
  ).toThrow(REFUSED);
  expect(told.splice(0)).toEqual(["inner: kept", "outer: kept"]);

  transact(() => {
    transact(set("new"), tell("first"));
    expect(() => transact(thatFails(set("undone")), tell("second"))).toThrow(REFUSED);
    expect(told.splice(0)).toEqual(["second: new"]);
  }, tell("outer"));
  expect(() => transact(thatFails(() => {}))).toThrow(REFUSED);
  expect(told).toEqual([]);
  expect(settings.get("key")).toBe("new");
});

test("one that throws once it is told keeps it from no other, and hides nothing of why all was undone", () => {
  const { settings, transact } = open();
  const told: string[] = [];
  const set = (value: string) => () => settings.set("key", value);
  const throws = () => {
    throw new Error("cannot follow");
  };
  expect(() =>
    transact(
      thatFails(() => {
        transact(set("first"), () => void told.push("first"));
        transact(set("second"), throws);
      }),
      () => void told.push("outer"),
    ),
  ).toThrow(REFUSED);
  expect(told).toEqual(["first", "outer"]);
});

test("quiet hours are what the database has, also when a change of them is undone from outside", () => {
  const { clock, db, settings, transact } = open();
  const zone = "Asia/Shanghai";
  const policy = createPolicyService({
    store: createPolicyStore(db),
    shortenedHours: createShortenedHours({
      store: createShortenedHoursStore(db),
      access: { requireApart() {} },
      clock,
      zone,
    }),
    settings,
    regions: { exists: () => true },
    zone,
    shipped: { quietHours: NIGHT, maxVolume: 100 },
    transact,
    clock,
  });
  const shorter = { quietHours: [{ from: "23:00", to: "06:00" }], maxVolume: 100 };
  expect(() => transact(thatFails(() => policy.set(shorter, "u")))).toThrow(REFUSED);
  expect(policy.get().quietHours).toEqual(NIGHT);
  expect(policy.shortened()).toEqual([]);
  policy.set(shorter, "u");
  expect(policy.get().quietHours).toEqual(shorter.quietHours);
  expect(policy.shortened()).toHaveLength(1);
});
