import type { Occurrence, RuleWindow } from "./rule.ts";
import { seasonOn } from "./seasons.ts";

/** Where in a definition it is said that something airs at that time of day: a JSON pointer. */
export function pointerTo(
  { rule, exceptions = [], extraDates = [] }: RuleWindow,
  { date, time, exception }: Occurrence,
): string {
  const extra = extraDates.findIndex((each) => each === exception);
  if (extra >= 0) return `/extraDates/${extra}/time`;
  const moved = exceptions.findIndex((each) => each === exception && each.moveTo !== undefined);
  if (moved >= 0) return `/exceptions/${moved}/moveTo`;
  const { seasons = [] } = rule;
  const season = seasonOn(seasons, date);
  const times = seasons[season]?.times ?? rule.times;
  const place = season < 0 ? "/rule" : `/rule/seasons/${season}`;
  return `${place}/times/${times.indexOf(time)}`;
}
