import { expect, test } from "vitest";
import { createRefusalQuota } from "../../src/audit/refusal-quota.ts";

const times = (n: number, ask: (i: number) => boolean) =>
  Array.from({ length: n }, (_, i) => ask(i)).filter(Boolean).length;

test("the first refusals of a minute are written singly, the others counted, by who asked most", () => {
  const quota = createRefusalQuota();
  expect(times(40, () => quota.mayWrite("10.0.0.1", true))).toBe(10);
  expect(times(15, () => quota.mayWrite("10.0.0.2", true))).toBe(10);
  expect(times(80, () => quota.mayWrite("person", false))).toBe(60);
  expect(quota.nextMinute()).toEqual({ refusals: 55, by: { "10.0.0.1": 30, person: 20, "10.0.0.2": 5 } });
  expect(quota.nextMinute()).toBeNull();
  expect(quota.mayWrite("10.0.0.1", true)).toBe(true);
});

test("strangers of many addresses have one bound together, which keeps nobody else out", () => {
  const quota = createRefusalQuota();
  expect(times(5_000, (i) => quota.mayWrite(`2001:db8::${i}`, true))).toBe(120);
  expect(quota.mayWrite("person", false)).toBe(true);
  const counted = quota.nextMinute();
  expect(counted?.refusals).toBe(4_880);
  expect(counted?.by).toMatchObject({ others: 3_880 });
});
