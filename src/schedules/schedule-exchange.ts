import { isDeepStrictEqual } from "node:util";
import { type Clock, DAY_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, type ErrorDetail } from "../errors.ts";
import type { ContentSource } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { Programme } from "../programmes/programme-store.ts";
import { conflicting } from "./conflicting.ts";
import type { Conflict } from "./conflicts/conflict.ts";
import { fromPortable, problemInFile, toPortable } from "./portable-schedule.ts";
import { type Calendars, expandRule } from "./rule.ts";
import type { PortableSchedule, Schedule, ScheduleDefinition, ScheduleFile } from "./schedule.ts";
import { withHistory, withoutHistory } from "./schedule-history.ts";
import { CHECK_DAYS, type Saving, type ScheduleService } from "./schedule-service.ts";

export const IMPORT_ACTIONS = ["created", "updated", "unchanged"] as const;

interface ImportedEntry {
  programme: string;
  name: string;
  action: (typeof IMPORT_ACTIONS)[number];
  /** `null` for what a dry run would create. */
  scheduleId: string | null;
  /** Of what is created or updated, the first of them. */
  conflicts: Conflict[];
  /** Of an update: the fields that differ, in the words of the file; `null` is an absent one. */
  changes: { at: string; before: unknown; after: unknown }[];
}

export interface ScheduleExchange {
  /**
   * The active schedules that have anything left to air, by programme and name; dates that are skipped or wait for the
   * holidays of their year are nothing that an import could begin with.
   * @throws {AppError} `conflict` when two of them have one name in one programme, which an import could not tell apart
   */
  exportFile(): ScheduleFile;
  /**
   * Creates what is not there and changes what differs; what the file does not name stays. All or nothing, and the same
   * file twice changes nothing. @throws {AppError} `invalid`, naming the problems of all entries; `conflict` with the conflicts
   * of all entries, unless they are accepted
   */
  importFile(file: ScheduleFile, dryRun: boolean, saving?: Saving): ImportedEntry[];
}

interface Dependencies {
  schedules: ScheduleService;
  programmes: ProgrammeService;
  sources: { broadcast: ContentSource; lecture: ContentSource };
  calendars: Calendars;
  /** The conflicts of each, with one another too. */
  findConflicts: (
    candidates: { id: string | null; programmeId: string; definition: ScheduleDefinition }[],
  ) => Conflict[][];
  transact: Transact;
  clock: Clock;
}

interface Step {
  entry: PortableSchedule;
  programmeId: string;
  definition: ScheduleDefinition;
  /** What is there under the name. */
  before: Schedule | null;
}

const MAX_DETAILS = 100;
/** Of one entry. */
const MAX_CONFLICTS = 20;
const EXPORT_SCHEMA = "./schedule-file.schema.json";

export function createScheduleExchange(deps: Dependencies): ScheduleExchange {
  const { schedules, programmes, sources, calendars, findConflicts, transact, clock } = deps;
  const nameOf = (programmeId: string, name: string): string => `${programmeId} ${name}`;

  /** What it means from now on. */
  function portable({ programmeId, definition }: Schedule): PortableSchedule {
    const { slug, kind } = programmes.get(programmeId);
    return toPortable(slug, withoutHistory(definition, clock.now()), (contentId) => {
      const number = sources[kind].numberOf(programmeId, contentId);
      if (number === null) throw new Error(`a schedule of ${slug} names content ${contentId}, which is gone`);
      return number;
    });
  }

  function hasAnythingLeft({ definition }: Schedule): boolean {
    const now = clock.now();
    return expandRule(definition, now, now + CHECK_DAYS * DAY_MS, calendars).some(
      ({ barred }) => barred === null,
    );
  }

  function planOf({ schedules: entries }: ScheduleFile): Step[] {
    const bySlug = new Map(programmes.all().map((programme) => [programme.slug, programme]));
    const byName = Map.groupBy(schedules.active(), (schedule) =>
      nameOf(schedule.programmeId, schedule.definition.name),
    );
    const firstOf = new Map<string, string>();
    const problems: ErrorDetail[] = [];
    const steps = entries.flatMap((entry, index): Step[] => {
      const at = `/schedules/${index}`;
      const programme = bySlug.get(entry.programme);
      if (!programme) {
        problems.push({ at: `${at}/programme`, message: `There is no programme "${entry.programme}" here.` });
        return [];
      }
      const name = nameOf(programme.id, entry.name);
      const first = firstOf.get(name);
      const found = byName.get(name) ?? [];
      if (first !== undefined)
        problems.push({ at: `${at}/name`, message: `${first} has this name already.` });
      else firstOf.set(name, at);
      if (found.length > 1)
        problems.push({ at: `${at}/name`, message: `${found.length} schedules here have this name.` });
      const before = found[0] ?? null;
      const { definition, problems: own } = resolve(entry, programme, before);
      problems.push(...own.map((problem) => problemInFile(at, problem)));
      return [{ entry, programmeId: programme.id, definition, before }];
    });
    if (problems.length > 0) throw refused(problems);
    return steps;
  }

  function resolve(entry: PortableSchedule, programme: Programme, before: Schedule | null) {
    const resolved = fromPortable(entry, (number) => sources[programme.kind].idOf(programme.id, number));
    if (resolved.problems.length > 0) return resolved;
    const old = before?.definition ?? null;
    const isAsIt = (one: ScheduleDefinition) => isDeepStrictEqual(one, resolved.definition);
    // What is there already may lie in the past by now, which would refuse it as something new.
    if (old && (isAsIt(old) || isAsIt(withoutHistory(old, clock.now()))))
      return { ...resolved, definition: old };
    const definition = old ? withHistory(resolved.definition, old, clock.now()) : resolved.definition;
    try {
      schedules.check(programme.id, definition, old);
      return { ...resolved, definition };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "invalid") throw error;
      return { ...resolved, problems: error.details ?? [{ at: "", message: error.message }] };
    }
  }

  const isUnchanged = ({ before, definition }: Step): boolean =>
    isDeepStrictEqual(before?.definition, definition);

  /** Of the steps that change anything. @throws {AppError} `conflict` when there are some that nobody accepts */
  function conflictsOf(steps: Step[], dryRun: boolean, { acceptance }: Saving): Map<Step, Conflict[]> {
    const changed = steps.filter((step) => !isUnchanged(step));
    const found = findConflicts(
      changed.map(({ before, programmeId, definition }) => ({
        id: before?.id ?? null,
        programmeId,
        definition,
      })),
    );
    const places = changed.flatMap((step, index) =>
      (found[index] ?? []).map(() => `/schedules/${steps.indexOf(step)}/rule`),
    );
    if (!dryRun && !acceptance && places.length > 0)
      throw conflicting(found.flat(), (index) => places[index] ?? "/schedules");
    return new Map(changed.map((step, index) => [step, found[index] ?? []]));
  }

  function apply(step: Step, dryRun: boolean, saving: Saving & { conflicts: Conflict[] }): ImportedEntry {
    const { entry, programmeId, definition, before } = step;
    const { programme, name } = entry;
    const conflicts = saving.conflicts.slice(0, MAX_CONFLICTS);
    if (!before) {
      const scheduleId = dryRun ? null : schedules.create({ programmeId, ...definition }, saving).id;
      return { programme, name, action: "created", scheduleId, conflicts, changes: [] };
    }
    if (isUnchanged(step))
      return { programme, name, action: "unchanged", scheduleId: before.id, conflicts: [], changes: [] };
    const changes = differences(portable(before), entry);
    if (!dryRun) schedules.change(before.id, definition, { ...saving, ifVersion: before.version });
    return { programme, name, action: "updated", scheduleId: before.id, conflicts, changes };
  }

  return {
    exportFile() {
      const exported = schedules.active().filter(hasAnythingLeft);
      const twins = [
        ...Map.groupBy(exported, ({ programmeId, definition }) =>
          nameOf(programmeId, definition.name),
        ).values(),
      ].filter((group) => group.length > 1);
      if (twins.length > 0) {
        throw new AppError("conflict", "Some schedules could not be told apart in a file.", {
          details: twins.flatMap((group) =>
            group.map(({ id, definition }) => ({
              at: `/api/v1/schedules/${id}`,
              message: `${group.length} schedules of the programme are called "${definition.name}".`,
            })),
          ),
          hint: "Give each a name of its own, or end those that are not needed.",
        });
      }
      const sorted = exported
        .map(portable)
        .toSorted((a, b) => compare(a.programme, b.programme) || compare(a.name, b.name));
      return { $schema: EXPORT_SCHEMA, version: 1, schedules: sorted };
    },

    importFile: (file, dryRun, saving = {}) =>
      transact(() => {
        const steps = planOf(file);
        const conflicts = conflictsOf(steps, dryRun, saving);
        return steps.map((step) => apply(step, dryRun, { ...saving, conflicts: conflicts.get(step) ?? [] }));
      }),
  };
}

/** By code points: the same on every machine, whatever its locale. */
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function differences(before: PortableSchedule, after: PortableSchedule): ImportedEntry["changes"] {
  const [old, young] = [before, after].map((each) => each as Record<string, unknown>);
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields]
    .filter((field) => !isDeepStrictEqual(old?.[field], young?.[field]))
    .map((field) => ({ at: `/${field}`, before: old?.[field] ?? null, after: young?.[field] ?? null }));
}

function refused(problems: ErrorDetail[]): AppError {
  const details = problems.slice(0, MAX_DETAILS);
  const rest = problems.length - details.length;
  if (rest > 0) details.push({ at: "/schedules", message: `and ${rest} more` });
  return new AppError("invalid", `The file has ${problems.length} problem(s); nothing was imported.`, {
    details,
    hint: "Correct the entries and send the whole file again; `dryRun=true` only looks.",
  });
}
