import { v7 as uuidv7 } from "uuid";
import { type Clock, DAY_MS } from "../clock.ts";
import { isTimeZone } from "../config.ts";
import type { Transact } from "../db/open.ts";
import { AppError, changedMeanwhile, invalid, notFound } from "../errors.ts";
import { type Apart, requireSecondPerson } from "../people/second-person.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { keepsQuietHours, quietWindowText } from "../protocol/quiet-hours.ts";
import { isWithin } from "../protocol/region-code.ts";
import { conflicting, MAX_CONFLICTS } from "./conflicting.ts";
import type { Conflict } from "./conflicts/conflict.ts";
import { checkContent } from "./content-check.ts";
import type { PolicyService } from "./policy.ts";
import type { Calendars, Occurrence } from "./rule.ts";
import { checkRule } from "./rule-check.ts";
import { pointerTo } from "./rule-pointer.ts";
import type { NewSchedule, Schedule, ScheduleDefinition } from "./schedule.ts";
import type { Override, ScheduleStore } from "./schedule-store.ts";

export interface ScheduleService {
  /** @throws {AppError} `invalid`, naming each field that cannot be; `conflict` with the conflicts, unless accepted */
  create(input: NewSchedule, saving?: Saving): Schedule;
  /** @throws {AppError} `not_found` */
  get(id: string): Schedule;
  /** Newest first; `before` is the last id of the page before. @param waiting only those that wait for a second person */
  page(before: string, limit: number, waiting?: boolean): Schedule[];
  active(): Schedule[];
  /**
   * @param before what it would replace, `null` for a new one
   * @throws {AppError} `invalid`, as creating or changing to it would
   */
  check(programmeId: string, definition: ScheduleDefinition, before: ScheduleDefinition | null): Occurrence[];
  /** What `check` says, and the conflicts that saving it would have. @param id `null` for a new one */
  tryOut(id: string | null, input: NewSchedule): { occurrences: Occurrence[]; conflicts: Conflict[] };
  /**
   * Replaces the definition. @throws {AppError} `conflict` when `ifVersion` is given and outdated, when it has ended, or
   * with the conflicts, unless they are accepted
   */
  change(id: string, definition: ScheduleDefinition, saving?: Saving & { ifVersion?: number }): Schedule;
  /** The versions that were saved in spite of conflicts, newest first. @throws {AppError} `not_found` */
  overrides(id: string): Override[];
  /**
   * As the second person, for what it airs in a county's quiet hours. Idempotent for the one who confirmed.
   * @throws {AppError} `not_found`; `conflict` when nothing of it waits, or it is another version; `forbidden` for those who saved it
   */
  confirm(id: string, version: number, userId: string): Schedule;
  /** No further broadcasts; what is frozen or on air is stopped. Idempotent. */
  end(id: string): Schedule;
  /** Called in the transaction of every change; `before` is `null` for a new one. */
  onChange(listener: ChangeListener): void;
}

/** How a schedule is saved that may have conflicts. */
export interface Saving {
  /** Who saves it; none for the server itself. */
  userId?: string;
  /** Who takes them, and why. */
  acceptance?: { userId: string; reason: string } | undefined;
  /** Those that were found already. */
  conflicts?: Conflict[];
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
  findConflicts: (candidate: { id: string | null } & NewCandidate) => Conflict[];
  access: Apart;
  transact: Transact;
  clock: Clock;
}

/** As somebody wants to save it. */
interface NewCandidate {
  programmeId: string;
  definition: ScheduleDefinition;
}

const MAX_OVERRIDES = 100;
/** How far ahead a rule is tried: a year holds every month and every kind of quiet hours. */
export const CHECK_DAYS = 400;

export function createScheduleService(deps: Dependencies): ScheduleService {
  const {
    store,
    programmes,
    regions,
    policy,
    hasContent,
    calendars,
    findConflicts,
    access,
    transact,
    clock,
  } = deps;
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

  function check(
    programmeId: string,
    definition: ScheduleDefinition,
    before: ScheduleDefinition | null,
  ): Occurrence[] {
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
    return checkOccurrences(definition, before);
  }

  function checkExclusions({ regions: areas, exclude = [] }: ScheduleDefinition["targets"]): void {
    const details = exclude.flatMap((code, index) =>
      areas.some((area) => isWithin(code, area))
        ? []
        : [{ at: `/targets/exclude/${index}`, message: `${code} lies in none of the regions.` }],
    );
    if (details.length > 0)
      throw new AppError("invalid", "The schedule excludes what it is not for.", {
        details,
        hint: "Exclude parts of its regions only.",
      });
    if (areas.every((area) => exclude.some((code) => isWithin(area, code))))
      throw invalid(
        "/targets/exclude",
        "Nothing of the regions would be left.",
        "Exclude less, or end the schedule.",
      );
  }

  function checkOccurrences(definition: ScheduleDefinition, before: ScheduleDefinition | null): Occurrence[] {
    const from = clock.now();
    const occurrences = checkRule(definition, from, from + CHECK_DAYS * DAY_MS, calendars, before);
    if (!keepsQuietHours(definition.class)) return occurrences;
    for (const occurrence of occurrences) {
      const { airDate, airTime, startAt, barred } = occurrence;
      const window =
        barred === null ? policy.quietEverywhere(definition.targets.regions, startAt) : undefined;
      if (!window) continue;
      throw invalid(
        pointerTo(definition, occurrence),
        `On ${airDate}, ${airTime} is in the quiet hours ${quietWindowText(window)}: a daily broadcast would be refused by every device.`,
        "Choose another time, or change the quiet hours.",
      );
    }
    return occurrences;
  }

  function requireProgramme(programmeId: string): void {
    const known = programmes.all().some((programme) => programme.id === programmeId);
    if (!known)
      throw invalid("/programmeId", "There is no such programme.", "GET /api/v1/programmes lists them.");
  }

  /** @throws {AppError} `conflict` when there are some that nobody accepts */
  function unlessConflicting(
    id: string | null,
    candidate: NewCandidate,
    { acceptance, conflicts = findConflicts({ id, ...candidate }) }: Saving,
  ): Conflict[] {
    if (conflicts.length > 0 && !acceptance) throw conflicting(conflicts);
    return conflicts;
  }

  /** Keeps who saved it in spite of what, and why. */
  function noteOverride({ id, version }: Schedule, conflicts: Conflict[], { acceptance }: Saving): void {
    if (conflicts.length === 0 || !acceptance) return;
    store.addOverride({
      scheduleId: id,
      version,
      ...acceptance,
      conflicts: conflicts.slice(0, MAX_CONFLICTS),
      at: clock.now(),
    });
  }

  return {
    get,
    check,
    page: (before, limit, waiting = false) => store.page(before, limit, waiting),
    active: store.active,

    tryOut(id, { programmeId, ...definition }) {
      requireProgramme(programmeId);
      const before = id === null ? null : get(id).definition;
      return {
        occurrences: check(programmeId, definition, before),
        conflicts: findConflicts({ id, programmeId, definition }),
      };
    },

    create({ programmeId, ...definition }, saving = {}) {
      requireProgramme(programmeId);
      check(programmeId, definition, null);
      return transact(() => {
        const conflicts = unlessConflicting(null, { programmeId, definition }, saving);
        const id = uuidv7();
        const { userId } = saving;
        store.insert(id, programmeId, definition, userId === undefined ? [] : [userId], clock.now());
        noteOverride(get(id), conflicts, saving);
        return announce(get(id), null);
      });
    },

    change(id, definition, { ifVersion, ...saving } = {}) {
      const { programmeId, definition: before } = get(id);
      check(programmeId, definition, before);
      return transact(() => {
        const schedule = get(id);
        if (schedule.endedAt !== null) {
          throw new AppError("conflict", "The schedule has ended.", { hint: "Make a new one." });
        }
        if (ifVersion !== undefined && ifVersion !== schedule.version) throw scheduleChanged(schedule);
        const conflicts = unlessConflicting(id, { programmeId, definition }, saving);
        store.update(id, definition, saversOf(schedule, saving), clock.now());
        noteOverride(get(id), conflicts, saving);
        return announce(get(id), schedule);
      });
    },

    confirm(id, version, userId) {
      return transact(() => {
        const schedule = get(id);
        const { confirmedBy, savedBy } = schedule.confirmation;
        if (confirmedBy === userId && schedule.version === version) return schedule;
        if (schedule.version !== version) throw scheduleChanged(schedule);
        const by = savedBy.map((person) => person.id);
        requireSecondPerson({ by, isWaiting: schedule.endedAt === null && store.waits(id) }, userId, access);
        store.confirm(id, userId, clock.now());
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

    overrides: (id) => store.overrides(get(id).id, MAX_OVERRIDES),
    onChange: (listener) => void listeners.push(listener),
  };
}

const scheduleChanged = ({ version }: Schedule): AppError =>
  changedMeanwhile(
    "Somebody else changed the schedule meanwhile.",
    `It is at version ${version} now: read it again and repeat your change.`,
  );

/** Whoever saved it since it was confirmed. */
function saversOf({ confirmation: { savedBy, confirmedBy } }: Schedule, { userId }: Saving): string[] {
  const before = confirmedBy === null ? savedBy.map(({ id }) => id) : [];
  return [...new Set(userId === undefined ? before : [...before, userId])];
}
