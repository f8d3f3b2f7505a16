import { expect, test } from "vitest";
import { type Faults, fateOf, NO_FAULTS } from "../../devices/simulator/faults.ts";

const FAULTS: Faults = {
  offline: 0.2,
  skewMs: 3_600_000,
  slow: 0.1,
  rebootEveryMs: 60_000,
  lostAcks: 0.3,
  clones: 0.01,
};

const several = <T>(ask: () => T, times = 50): T[] => Array.from({ length: times }, ask);

/** All that is drawn for a box; with the lots of one kind drawn more often in between when `isBusy`. */
function lotsOf(seed: number, box: string, isBusy = false) {
  const fate = fateOf(seed, box, FAULTS);
  if (isBusy) several(fate.delayMs);
  return {
    isSlow: fate.isSlow,
    isCloned: fate.isCloned,
    skews: several(fate.skewMs),
    acks: several(fate.losesAck),
    line: fate.line && several(fate.line),
    power: fate.power && several(fate.power),
  };
}

test("the same seed has the same in store for each box, whatever else it draws; another seed something else", () => {
  for (const box of ["0", "1", "2 cloned"]) {
    expect(lotsOf(7, box, true)).toEqual(lotsOf(7, box));
    expect(lotsOf(8, box).skews).not.toEqual(lotsOf(7, box).skews);
  }
  expect(lotsOf(7, "1").skews).not.toEqual(lotsOf(7, "0").skews);
});

test("of ten thousand boxes as many are met as the shares say, and as hard", () => {
  const fates = Array.from({ length: 10_000 }, (_, index) => fateOf(1, `${index}`, FAULTS));
  const shareOf = (isMet: (fate: (typeof fates)[number]) => boolean) =>
    fates.filter(isMet).length / fates.length;
  expect(shareOf(({ line }) => line !== null)).toBeCloseTo(FAULTS.offline, 1);
  expect(shareOf(({ isSlow }) => isSlow)).toBeCloseTo(FAULTS.slow, 1);
  expect(shareOf(({ isCloned }) => isCloned)).toBeCloseTo(FAULTS.clones, 2);
  expect(shareOf(({ losesAck }) => losesAck())).toBeCloseTo(FAULTS.lostAcks, 1);
  const skews = fates.map(({ skewMs }) => skewMs());
  expect(Math.max(...skews)).toBeGreaterThan(0.99 * FAULTS.skewMs);
  expect(Math.min(...skews)).toBeLessThan(-0.99 * FAULTS.skewMs);
  expect(Math.max(...skews.map(Math.abs))).toBeLessThanOrEqual(FAULTS.skewMs);
  const powered = fates.map(({ power }) => power?.() ?? 0);
  const mean = powered.reduce((sum, ms) => sum + ms, 0) / powered.length;
  expect(Math.abs(mean - FAULTS.rebootEveryMs)).toBeLessThan(0.05 * FAULTS.rebootEveryMs);
});

test("where nothing is to go wrong, nothing does", () => {
  const fate = fateOf(1, "0", NO_FAULTS);
  expect(fate).toMatchObject({ isSlow: false, isCloned: false, line: null, power: null });
  expect([fate.skewMs(), fate.delayMs(), fate.losesAck()].map(Number)).toEqual([0, 0, 0]);
});
