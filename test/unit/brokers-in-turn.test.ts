import { expect, test } from "vitest";
import { brokersInTurn } from "../../devices/core/brokers-in-turn.ts";

const account = { username: "d", password: "p" };
const cluster = { url: "mqtt://a", alternatives: ["mqtt://b", "mqtt://c"], ...account };

test("each device goes round all addresses, and begins where it began before", () => {
  const next = brokersInTurn({ deviceId: "d1", mqtt: cluster });
  const round = [next(), next(), next()];
  expect(round.toSorted()).toEqual(["mqtt://a", "mqtt://b", "mqtt://c"]);
  expect([next(), next(), next()]).toEqual(round);
  expect(brokersInTurn({ deviceId: "d1", mqtt: cluster })()).toBe(round[0]);
});

test("a county spreads over the nodes", () => {
  const firsts = Array.from({ length: 1_500 }, (_, index) =>
    brokersInTurn({ deviceId: `device-${index}`, mqtt: cluster })(),
  );
  for (const url of ["mqtt://a", "mqtt://b", "mqtt://c"])
    expect(Math.abs(firsts.filter((first) => first === url).length - 500)).toBeLessThan(100);
});

test("one address is tried again and again", () => {
  const next = brokersInTurn({ deviceId: "d1", mqtt: { url: "mqtt://a", ...account } });
  expect([next(), next()]).toEqual(["mqtt://a", "mqtt://a"]);
});
