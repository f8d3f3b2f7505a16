import type { Person } from "../../api-types.ts";

export const STATES = ["active", "invited", "expired", "disabled", "withoutFactor"] as const;
export type State = (typeof STATES)[number];

/** What of the people is looked for; empty is all of them. */
export interface Filter {
  q: string;
  state: string;
  role: string;
  area: string;
}

/** Invited, and the link holds no more. */
export const isExpired = ({ state, invitedUntil }: Person): boolean =>
  state === "invited" && invitedUntil === null;

const IS: Record<State, (person: Person) => boolean> = {
  active: ({ state }) => state === "active",
  invited: ({ state }) => state === "invited",
  expired: isExpired,
  disabled: ({ state }) => state === "disabled",
  withoutFactor: ({ state, secondFactor }) => state !== "disabled" && !secondFactor,
};

export const isState = (state: string): state is State => Object.hasOwn(IS, state);

export const filterPeople = (people: readonly Person[], { q, state, role, area }: Filter): Person[] =>
  people.filter(
    (person) =>
      person.name.toLowerCase().includes(q.trim().toLowerCase()) &&
      (!isState(state) || IS[state](person)) &&
      (role === "" || person.roles.some((grant) => grant.role === role)) &&
      (area === "" || person.roles.some((grant) => grant.area === area)),
  );
