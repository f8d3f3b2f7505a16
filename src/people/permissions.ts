import { isWithin } from "../protocol/region-code.ts";

/** Who may do what: the one table that every operation of the API goes through. What it does not allow is refused. */

export const ROLES = [
  "administrator",
  "editor",
  "reviewer-1",
  "reviewer-2",
  "reviewer-3",
  "scheduler",
  "town-admin",
  "auditor",
] as const;
export type Role = (typeof ROLES)[number];

/** A role, and the region that it is bound to with everything below it; `null` is everywhere. */
export interface Grant {
  role: Role;
  area: string | null;
  /** Whom somebody stands in for; held by oneself without it. */
  inPlaceOf?: { id: string; name: string };
}

/** Roles that are for one area each; all others are for the whole county. */
export const ROLES_OF_AN_AREA: readonly Role[] = ["town-admin"];

export interface Rule {
  roles: readonly Role[];
  /** Also of who has no role, or none any more. */
  evenWithout?: true;
  /** Whoever has only roles of areas does it there alone; otherwise everywhere. */
  inArea?: true;
  /** Heard at once. */
  interrupts?: true;
  /** Not looking only, and yet by the password alone of who has a role that can interrupt. */
  withoutSecondFactor?: true;
  /** Never by a script's token. */
  inPerson?: true;
}

const COUNTY_OFFICES = ROLES.filter((role) => role !== "town-admin");
/** Who does the county's work: any of them may stop what they hear. One person alone needs all of it to try things out. */
export const COUNTY_WORK = COUNTY_OFFICES.filter((role) => role !== "auditor");

export const ACTS = {
  "account:own": { roles: ROLES, evenWithout: true, inPerson: true, withoutSecondFactor: true },
  "people:read": { roles: ["administrator", "auditor"] },
  "people:manage": { roles: ["administrator"], inPerson: true },
  "regions:read": { roles: ROLES },
  "regions:import": { roles: ["administrator"] },
  // Personal data: nobody reads it by the way.
  "contacts:call": { roles: ["administrator", "scheduler", "town-admin"], inArea: true },
  "contacts:edit": { roles: ["administrator", "scheduler", "town-admin"], inArea: true },
  "devices:read": { roles: ROLES, inArea: true },
  "devices:manage": { roles: ["administrator", "town-admin"], inArea: true },
  "software:manage": { roles: ["administrator"] },
  "broker:read": { roles: ["administrator", "auditor"] },
  "keys:read": { roles: ["administrator", "auditor"] },
  "keys:rotate": { roles: ["administrator"], inPerson: true },
  "content:read": { roles: ROLES },
  "content:edit": { roles: ["editor"] },
  // Which step of a review takes which of them, the review knows.
  "content:sign": { roles: ["reviewer-1", "reviewer-2", "reviewer-3"], inPerson: true },
  "content:comment": { roles: ["editor", "reviewer-1", "reviewer-2", "reviewer-3"] },
  "consents:read": {
    roles: ["administrator", "editor", "reviewer-1", "reviewer-2", "reviewer-3", "auditor"],
  },
  "content:withdraw": { roles: ["administrator", "reviewer-1", "reviewer-2", "reviewer-3"] },
  "programmes:manage": { roles: ["administrator"] },
  "recordings:send": { roles: ["administrator", "editor", "scheduler", "town-admin"] },
  "jobs:manage": { roles: ["administrator", "editor"] },
  "library:manage": { roles: ["administrator"] },
  "timetable:read": { roles: ROLES },
  "timetable:edit": { roles: ["scheduler"] },
  // As the second person.
  "timetable:confirm": { roles: ["administrator", "scheduler"], inPerson: true },
  "calendars:share": { roles: ["administrator", "scheduler"] },
  "policy:edit": { roles: ["administrator", "scheduler"] },
  "area-policy:edit": { roles: ["administrator", "scheduler", "town-admin"], inArea: true },
  "interrupts:preview": {
    roles: ["administrator", "scheduler", "town-admin"],
    inArea: true,
    withoutSecondFactor: true,
  },
  "announcements:air": {
    roles: ["administrator", "scheduler", "town-admin"],
    inArea: true,
    interrupts: true,
  },
  "announcements:confirm": {
    roles: ["administrator", "scheduler", "town-admin"],
    inArea: true,
    interrupts: true,
    inPerson: true,
  },
  "emergencies:propose": {
    roles: ["administrator", "scheduler", "town-admin"],
    inArea: true,
    interrupts: true,
  },
  "emergencies:import": { roles: ["administrator", "scheduler"], interrupts: true },
  "emergencies:confirm": {
    roles: ["administrator", "scheduler", "town-admin"],
    inArea: true,
    interrupts: true,
    inPerson: true,
  },
  "broadcasts:stop": { roles: [...COUNTY_WORK, "town-admin"], inArea: true, withoutSecondFactor: true },
  "everything:stop": { roles: COUNTY_WORK, withoutSecondFactor: true },
  "registers:read": { roles: COUNTY_OFFICES },
  "attendance:read": {
    roles: ["administrator", "editor", "scheduler", "town-admin", "auditor"],
    inArea: true,
  },
  "attendance:record": { roles: ["administrator", "scheduler", "town-admin"], inArea: true },
  // Personal data: nobody reads it by the way, and no script at all.
  "attendance:names": {
    roles: ["administrator", "scheduler", "town-admin"],
    inArea: true,
    inPerson: true,
  },
  "attendance:erase": { roles: ["administrator", "scheduler"], inPerson: true },
  "audit:read": { roles: ["administrator", "auditor"] },
  "backups:read": { roles: ["administrator", "auditor"] },
  "backups:make": { roles: ["administrator"] },
  "sample:read": { roles: ROLES },
  "sample:manage": { roles: ["administrator"] },
} satisfies Record<string, Rule>;
export type Act = keyof typeof ACTS;

export const ALL_ACTS = Object.keys(ACTS) as Act[];
export const ruleOf = (act: Act): Rule => ACTS[act];

/** Where somebody may do it: areas with everything below them, `null` everywhere, an empty list nowhere. */
export function reachOf(grants: readonly Grant[], act: Act): string[] | null {
  const { roles, evenWithout, inArea } = ruleOf(act);
  if (evenWithout) return null;
  const own = grants.filter(({ role }) => roles.includes(role));
  if (own.some(({ area }) => area === null || !inArea)) return null;
  return own.flatMap(({ area }) => area ?? []);
}

export const mayAnywhere = (grants: readonly Grant[], act: Act): boolean =>
  reachOf(grants, act)?.length !== 0;

/** Whether all of it lies inside the reach; what lies nowhere does not. */
export const reaches = (reach: readonly string[] | null, areas: readonly string[]): boolean =>
  reach === null || (areas.length > 0 && areas.every((code) => reach.some((area) => isWithin(code, area))));

/** Whether a role of theirs can interrupt what is heard. */
export const canInterrupt = (grants: readonly Grant[]): boolean =>
  ALL_ACTS.some((act) => ruleOf(act).interrupts && mayAnywhere(grants, act));

/** Whether whoever has these roles proves a second factor first: a password that was guessed airs nothing, and prepares nothing. */
export const takesSecondFactor = (grants: readonly Grant[], act: Act): boolean =>
  !act.endsWith(":read") && !ruleOf(act).withoutSecondFactor && canInterrupt(grants);
