import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import { formatDay, parseDay } from "../schedules/day.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import type { Deputy, DeputyStore } from "./deputy-store.ts";
import type { PeopleStore } from "./people-store.ts";
import { COUNTY_WORK, type Grant, type Role } from "./permissions.ts";

export type { Deputy } from "./deputy-store.ts";

/** The roles in which somebody can be stood in for. */
export const ROLES_WITH_DEPUTIES = ["reviewer-1", "reviewer-2", "reviewer-3"] as const;

export interface NewDeputy {
  role: (typeof ROLES_WITH_DEPUTIES)[number];
  /** The name of who stands in. */
  deputy: string;
  /** Calendar days of the county, both included. */
  from: string;
  until: string;
}

export interface Deputies {
  /** @throws {AppError} `forbidden` without the role, `invalid` */
  name(userId: string, deputy: NewDeputy): void;
  /** Whom somebody has, and for whom they stand in, now or later. @throws {AppError} `not_found` for nobody's id */
  of(userId: string): Deputy[];
  /** What somebody may do today in place of others, as long as those hold it and they do the county's work themselves. */
  grantsOf(userId: string): Grant[];
  /** By whom it is for. @throws {AppError} `not_found` */
  end(userId: string, id: string): void;
  /** By an administrator, of whoever is away or stands in. @throws {AppError} `not_found` */
  endFor(userId: string, id: string): void;
}

interface Dependencies {
  store: DeputyStore;
  people: Pick<PeopleStore, "byId" | "byName">;
  clock: Clock;
  /** The county's. */
  zone: string;
}

const MAX_DAYS = 366;

/** Who stands in for whom while they are away. */
export function createDeputies({ store, people, clock, zone }: Dependencies): Deputies {
  const { dayAt } = createWallClock(zone);
  const today = () => formatDay(dayAt(clock.now()));
  const holds = (roles: readonly Grant[], role: Role) => roles.some((grant) => grant.role === role);

  const doesCountyWork = (roles: readonly Grant[]) => COUNTY_WORK.some((role) => holds(roles, role));

  function checkDates(from: string, until: string): void {
    const [first, last] = [parseDay(from), parseDay(until)];
    if (first === null || last === null)
      throw invalid(first === null ? "/from" : "/until", "There is no such day.");
    if (until < today()) throw invalid("/until", "These days have passed.");
    if (last < first) throw invalid("/until", "It ends before it begins.");
    if (last - first >= MAX_DAYS)
      throw invalid("/until", `Nobody stands in for more than ${MAX_DAYS} days.`, "Ask for the role itself.");
  }

  return {
    name(userId, { role, deputy: name, from, until }) {
      if (!holds(people.byId(userId)?.roles ?? [], role)) {
        throw new AppError("forbidden", `You do not hold the role ${role} yourself.`, {
          hint: "Who holds a role names who stands in; who stands in names nobody.",
          members: { roles: [role] },
        });
      }
      checkDates(from, until);
      const deputy = people.byName(name);
      if (!deputy || deputy.disabledAt !== null)
        throw invalid(
          "/deputy",
          `There is nobody called "${name}" who can sign in.`,
          "Look at the name again.",
        );
      if (deputy.id === userId) throw invalid("/deputy", "Nobody stands in for themselves.");
      if (!doesCountyWork(deputy.roles))
        throw invalid(
          "/deputy",
          "Only who does the county's work can stand in.",
          "Auditors and towns do not.",
        );
      store.insert({ id: uuidv7(), userId, deputyId: deputy.id, role, from, until, now: clock.now() });
    },

    of(userId) {
      if (!people.byId(userId)) throw notFound("person", userId);
      return store.of(userId, today());
    },

    grantsOf: (userId) =>
      doesCountyWork(people.byId(userId)?.roles ?? [])
        ? store
            .inForce(userId, today())
            .filter(({ role, userRoles }) => holds(userRoles, role))
            .map(({ role, userId: id, userName }) => ({
              role,
              area: null,
              inPlaceOf: { id, name: userName },
            }))
        : [],

    endFor(userId, id) {
      if (!store.endOfEither(id, userId, clock.now())) throw notFound("deputy", id);
    },

    end(userId, id) {
      if (!store.end(id, userId, clock.now())) throw notFound("deputy", id);
    },
  };
}
