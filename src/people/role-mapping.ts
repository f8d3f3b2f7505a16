import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { REGION_CODE_PATTERN } from "../protocol/region-code.ts";
import { type Grant, ROLES, ROLES_OF_AN_AREA, type Role } from "./permissions.ts";

/** Whoever carries one of these values at the provider has the role here; the area is for a town's admin alone. */
const RoleMappingSchema = Type.Array(
  Type.Object(
    {
      value: Type.String({ minLength: 1 }),
      role: Type.Unsafe<Role>(Type.String({ enum: [...ROLES] })),
      area: Type.Optional(Type.String({ pattern: REGION_CODE_PATTERN })),
    },
    { additionalProperties: false },
  ),
  { minItems: 1 },
);
export type RoleMapping = Static<typeof RoleMappingSchema>;

/** All that is wrong with a mapping, each with its JSON pointer; empty when it is usable. */
export function problemsOfMapping(mapping: unknown): string[] {
  if (!Value.Check(RoleMappingSchema, mapping))
    return Value.Errors(RoleMappingSchema, mapping).map(
      ({ instancePath, message }) => `${instancePath || "/"}: ${message}`,
    );
  return mapping.flatMap(({ role, area }, index) => {
    const isOfAnArea = ROLES_OF_AN_AREA.includes(role);
    if (isOfAnArea && area === undefined) return [`/${index}/area: "${role}" is for one area: name its code`];
    if (!isOfAnArea && area !== undefined) return [`/${index}/area: "${role}" is for the whole county`];
    return [];
  });
}

export const isSame = (one: Grant, other: Grant): boolean =>
  one.role === other.role && one.area === other.area;

/** The roles of somebody who carries these values, each once. */
export function grantsOf(mapping: RoleMapping, values: readonly string[]): Grant[] {
  const grants = mapping
    .filter(({ value }) => values.includes(value))
    .map(({ role, area }): Grant => ({ role, area: area ?? null }));
  return grants.filter((grant, index) => grants.findIndex((other) => isSame(grant, other)) === index);
}

/**
 * The roles of somebody after a sign-in: what was given by hand stays, what the mapping gave before goes, what it gives now
 * comes.
 * @param before all that they had
 * @param given of those, what the mapping gave
 * @param now what it gives
 * @returns all that they have, and what of it the mapping gave
 */
export function renewed(before: readonly Grant[], given: readonly Grant[], now: readonly Grant[]) {
  const byHand = before.filter((grant) => !given.some((other) => isSame(grant, other)));
  const mapped = now.filter((grant) => !byHand.some((other) => isSame(grant, other)));
  return { roles: [...byHand, ...mapped], given: mapped };
}
