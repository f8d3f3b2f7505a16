import type { ErrorDetail } from "../errors.ts";
import { type Day, parseDay } from "./day.ts";
import type { Calendars, RuleException, RuleWindow } from "./rule.ts";
import { doubtOf, slotDays, timesOn } from "./rule-days.ts";
import { saidOfSlot } from "./said-of-slot.ts";

type TimesAt = (date: string) => string[];

/** What an exception or extra date from `today` on says that the rule, or another one, denies. */
export function exceptionProblems(window: RuleWindow, today: Day, calendars: Calendars): ErrorDetail[] {
  const timesAt: TimesAt = (date) => {
    const day = parseDay(date) ?? 0;
    return slotDays(window, day, day, calendars).length > 0 ? timesOn(window.rule, day) : [];
  };
  const exceptions = (window.exceptions ?? []).map((exception, index) => ({
    ...exception,
    at: `/exceptions/${index}`,
  }));
  const problems = exceptions.flatMap(ownProblems);
  if (problems.length > 0) return problems;
  const coming = exceptions.filter(({ date }) => (parseDay(date) ?? 0) >= today);
  const denied = coming.flatMap((exception) => slotProblems(exception, timesAt));
  return denied.length > 0
    ? denied
    : [...contradictions(coming, timesAt), ...collisions(window, today, timesAt, calendars)];
}

function ownProblems({ at, date, skip, moveTo, contentId }: RuleException & { at: string }): ErrorDetail[] {
  if (!skip && !moveTo && contentId === undefined)
    return [{ at, message: "It says nothing: give skip, moveTo or contentId." }];
  if (skip && (moveTo || contentId !== undefined))
    return [{ at, message: `${date} cannot be skipped and aired otherwise at once.` }];
  if (moveTo && moveTo.date === undefined && moveTo.time === undefined)
    return [{ at: `${at}/moveTo`, message: "It moves to nowhere: give a date or a time." }];
  return [];
}

function slotProblems(
  { at, date, time, moveTo }: RuleException & { at: string },
  timesAt: TimesAt,
): ErrorDetail[] {
  const slots = slotsOf({ date, time }, timesAt);
  if (slots.length === 0)
    return [{ at, message: `The rule has nothing on ${date}${time ? ` at ${time}` : ""}.` }];
  if (slots.length > 1 && moveTo?.time !== undefined)
    return [
      { at, message: `${date} has ${slots.length} times, and all would move to ${moveTo.time}: name one.` },
    ];
  return [];
}

const slotsOf = ({ date, time }: { date: string; time?: string | undefined }, timesAt: TimesAt): string[] =>
  time === undefined ? timesAt(date) : timesAt(date).filter((each) => each === time);

/** Two exceptions that speak of one slot. */
function contradictions(exceptions: (RuleException & { at: string })[], timesAt: TimesAt): ErrorDetail[] {
  const spokenOf = new Map<string, string>();
  return exceptions.flatMap((exception) =>
    slotsOf(exception, timesAt).flatMap((slot) => {
      const name = `${exception.date} ${slot}`;
      const other = spokenOf.get(name);
      spokenOf.set(name, exception.at);
      return other ? [{ at: exception.at, message: `${other} speaks of ${name} already.` }] : [];
    }),
  );
}

/** Two broadcasts of one schedule at the same time, or two of one name, by a move or an extra date. */
function collisions(
  { rule, exceptions = [], extraDates = [] }: RuleWindow,
  today: Day,
  timesAt: TimesAt,
  { holidays }: Calendars,
): ErrorDetail[] {
  const newcomers = [
    ...exceptions.flatMap(({ date, time, moveTo }, index) =>
      moveTo
        ? slotsOf({ date, time }, timesAt).map((slot) => ({
            at: `/exceptions/${index}/moveTo`,
            date: moveTo.date ?? date,
            time: moveTo.time ?? slot,
            isExtra: false,
          }))
        : [],
    ),
    ...extraDates.map(({ date, time }, index) => ({ at: `/extraDates/${index}`, date, time, isExtra: true })),
  ].filter(({ date }) => (parseDay(date) ?? 0) >= today);
  const taken = new Set<string>();
  return newcomers.flatMap(({ at, date, time, isExtra }) => {
    const place = `${date} ${time}`;
    const isTaken = taken.has(place);
    taken.add(place);
    const refusedAs = (message: string) => [{ at, message }];
    if (isTaken) return refusedAs(`This schedule airs on ${place} already.`);
    if (!timesAt(date).includes(time)) return [];
    const exception = saidOfSlot({ exceptions }, { date, time });
    const doubt = exception ? null : doubtOf(rule, parseDay(date) ?? 0, holidays);
    if (doubt)
      return refusedAs(`The rule has ${place} itself, and ${doubt}: say by an exception what becomes of it.`);
    if (!exception?.skip && !exception?.moveTo) return refusedAs(`This schedule airs on ${place} already.`);
    // A slot goes by its date and time, also where it is skipped or was moved away: an extra one would have its name.
    return isExtra
      ? refusedAs(`The rule has ${place} itself, and an exception takes it away: undo that one instead.`)
      : [];
  });
}
