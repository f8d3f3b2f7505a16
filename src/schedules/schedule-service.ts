import { v7 as uuidv7 } from "uuid";
import { type Clock, DAY_MS } from "../clock.ts";
import { isTimeZone } from "../config.ts";
import type { Transact } from "../db/open.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { keepsQuietHours } from "../protocol/quiet-hours.ts";
import { isWithin } from "../protocol/region-code.ts";
import { checkContent } from "./content-check.ts";
import type { PolicyService } from "./policy.ts";
import type { Calendars } from "./rule.ts";
import { checkRule } from "./rule-check.ts";
import type { NewSchedule, Schedule, ScheduleDefinition } from "./schedule.ts";
import type { ScheduleStore } from "./schedule-store.ts";

export interface ScheduleService {
  /** @throws {AppError} `invalid`, naming each field that cannot be */
  create(input: NewSchedule): Schedule;
  /** @throws {AppError} `not_found` */
  get(id: string): Schedule;
  /** Newest first; `before` is the last id of the page before. */
  page(before: string, limit: number): Schedule[];
  active(): Schedule[];
  /** @throws {AppError} `invalid`, as creating or changing to it would */
  check(programmeId: string, definition: ScheduleDefinition): void;
  /** Replaces the definition. @throws {AppError} `conflict` when `ifVersion` is given and outdated, or it has ended */
  change(id: string, definition: ScheduleDefinition, ifVersion?: number): Schedule;
  /** No further broadcasts; what is frozen or on air is stopped. Idempotent. */
  end(id: string): Schedule;
  /** Called in the transaction of every change; `before` is `null` for a new one. */
  onChange(listener: ChangeListener): void;
}

type ChangeListener = (schedule: Schedule, before: Schedule | null) => void;

interface Dependencies {
  store: ScheduleStore;
  programmes: ProgrammeService;
  regions: { exists(code: string): boolean };
  policy: PolicyService;
  /** Whether a programme has such content. */
  hasContent: (programmeId: string, contentId: string) => boolean;
  calendars: Calendars;
  transact: Transact;
  clock: Clock;
}

/** How far ahead a rule is tried: a year holds every month and every kind of quiet hours. */
export const CHECK_DAYS = 400;

export function createScheduleService(deps: Dependencies): ScheduleService {
  const { store, programmes, regions, policy, hasContent, calendars, transact, clock } = deps;
  const listeners: ChangeListener[] = [];
  const announce = (schedule: Schedule, before: Schedule | null) => {
    for (const listener of listeners) listener(schedule, before);
    return schedule;
  };

  function get(id: string): Schedule {
    const schedule = store.get(id);
    if (!schedule) throw notFound("schedule", id);
    return schedule;
  }

  function check(programmeId: string, definition: ScheduleDefinition): void {
    if (!isTimeZone(definition.zone)) {
      throw invalid(
        "/zone",
        `"${definition.zone}" is not a time zone.`,
        "Use an IANA name such as Asia/Shanghai.",
      );
    }
    checkContent(definition, (contentId) => hasContent(programmeId, contentId));
    const { exclude = [] } = definition.targets;
    const unknown = (field: "regions" | "exclude", codes: string[]) =>
      codes.flatMap((code, index) =>
        regions.exists(code)
          ? []
          : [{ at: `/targets/${field}/${index}`, message: `There is no region ${code}.` }],
      );
    const details = [...unknown("regions", definition.targets.regions), ...unknown("exclude", exclude)];
    if (details.length > 0) {
      throw new AppError("invalid", "The schedule is for regions that are not known.", {
        details,
        hint: "Import them first: POST /api/v1/regions/import.",
      });
    }
    checkExclusions(definition.targets);
    checkOccurrences(definition);
  }

  function checkExclusions({ regions: areas, exclude = [] }: ScheduleDefinition["targets"]): void {
    const details = exclude.flatMap((code, index) =>
      areas.some((area) => isWithin(code, area))
        ? []
        : [{ at: `/targets/exclude/${index}`, message: `${code} lies in none of the regions.` }],
    );
    if (details.length > 0)
      throw new AppError("invalid", "The schedule excludes what it is not for.", { details });
    if (areas.every((area) => exclude.some((code) => isWithin(area, code))))
      throw invalid("/targets/exclude", "Nothing of the regions would be left.");
  }

  function checkOccurrences(definition: ScheduleDefinition): void {
    const from = clock.now();
    const occurrences = checkRule(definition, from, from + CHECK_DAYS * DAY_MS, calendars);
    if (!keepsQuietHours(definition.class)) return;
    for (const { time, airDate, airTime, startAt, barred } of occurrences) {
      const window =
        barred === null ? policy.quietEverywhere(definition.targets.regions, startAt) : undefined;
      if (!window) continue;
      const index = airTime === time ? definition.rule.times.indexOf(time) : -1;
      throw invalid(
        index < 0 ? "/rule" : `/rule/times/${index}`,
        `On ${airDate}, ${airTime} is in the quiet hours ${window.from}–${window.to}: a daily broadcast would be refused by every device.`,
        "Choose another time, or change the quiet hours.",
      );
    }
  }

  return {
    get,
    check,
    page: store.page,
    active: store.active,

    create({ programmeId, ...definition }) {
      const known = programmes.all().some((programme) => programme.id === programmeId);
      if (!known)
        throw invalid("/programmeId", "There is no such programme.", "GET /api/v1/programmes lists them.");
      check(programmeId, definition);
      return transact(() => {
        const id = uuidv7();
        store.insert(id, programmeId, definition, clock.now());
        return announce(get(id), null);
      });
    },

    change(id, definition, ifVersion) {
      check(get(id).programmeId, definition);
      return transact(() => {
        const schedule = get(id);
        if (schedule.endedAt !== null) throw new AppError("conflict", "The schedule has ended.");
        if (ifVersion !== undefined && ifVersion !== schedule.version) {
          throw new AppError("conflict", "Somebody else changed the schedule meanwhile.", {
            hint: `It is at version ${schedule.version} now: read it again and repeat your change.`,
          });
        }
        store.update(id, definition, clock.now());
        return announce(get(id), schedule);
      });
    },

    end(id) {
      return transact(() => {
        const schedule = get(id);
        if (schedule.endedAt !== null) return schedule;
        store.end(id, clock.now());
        return announce(get(id), schedule);
      });
    },

    onChange: (listener) => void listeners.push(listener),
  };
}
