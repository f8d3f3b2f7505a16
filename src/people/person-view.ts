import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { closed, enumOf, Instant, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import type { ApiToken } from "./api-token-store.ts";
import { PASSWORD_MAX_LENGTH } from "./password-policy.ts";
import type { PersonView } from "./people-service.ts";
import { ALL_ACTS, ROLES } from "./permissions.ts";
import type { SignInRecord } from "./sign-in-store.ts";

const MAX_ROLES = 50;
const instantOrNull = (at: number | null): string | null => (at === null ? null : toIso(at));

export const PersonName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: "^\\S(.*\\S)?$",
  description: "What the person signs in with; case does not matter",
});
export const Roles = Type.Array(
  closed({
    role: enumOf(ROLES),
    area: nullable(
      Type.String({ ...RegionCode, description: "For `town-admin`, and for nobody else: all below it" }),
    ),
  }),
  { maxItems: MAX_ROLES, uniqueItems: true },
);
export const Acts = Type.Array(enumOf(ALL_ACTS));
export const CurrentPassword = Type.String({ minLength: 1, maxLength: PASSWORD_MAX_LENGTH });
/** No policy here: what is wrong with a password is said in words. */
export const NewPassword = Type.String({ minLength: 1, maxLength: PASSWORD_MAX_LENGTH });

export const Subject = Type.String({
  minLength: 1,
  maxLength: 255,
  description: "`sub` of OpenID Connect: what the provider calls them for good",
});

export const PersonSchema = Type.Object({
  id: Uuid,
  name: Type.String(),
  roles: Roles,
  state: enumOf(["invited", "active", "disabled"]),
  secondFactor: Type.Boolean(),
  identity: nullable(
    Type.Object(
      { issuer: Type.String(), subject: Subject },
      { description: "Who they are at the sign-in provider; null for whom nobody linked" },
    ),
  ),
  createdAt: Instant,
  disabledAt: nullable(Instant),
  invitedUntil: nullable(
    Type.String({ ...Instant, description: "Until when a link to set the password holds" }),
  ),
  lastSeenAt: nullable(Instant),
});
export const viewPerson = (person: PersonView): Static<typeof PersonSchema> => ({
  ...person,
  createdAt: toIso(person.createdAt),
  disabledAt: instantOrNull(person.disabledAt),
  invitedUntil: instantOrNull(person.invitedUntil),
  lastSeenAt: instantOrNull(person.lastSeenAt),
});

export const SignInSchema = Type.Object({
  id: Uuid,
  current: Type.Boolean({ description: "The one that asks" }),
  secondFactor: Type.Boolean(),
  address: Type.String(),
  agent: Type.String({ description: "What the browser calls itself" }),
  createdAt: Instant,
  lastSeenAt: Instant,
  expiresAt: Instant,
});
export const viewSignIn = (record: SignInRecord, currentId: string): Static<typeof SignInSchema> => ({
  ...record,
  current: record.id === currentId,
  createdAt: toIso(record.createdAt),
  lastSeenAt: toIso(record.lastSeenAt),
  expiresAt: toIso(record.expiresAt),
});

export const TokenSchema = Type.Object({
  id: Uuid,
  label: Type.String(),
  scopes: Acts,
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: nullable(Instant),
});
export const viewToken = (token: ApiToken): Static<typeof TokenSchema> => ({
  ...token,
  createdAt: toIso(token.createdAt),
  expiresAt: toIso(token.expiresAt),
  lastUsedAt: instantOrNull(token.lastUsedAt),
});

export const Code = Type.String({
  minLength: 6,
  maxLength: 40,
  description: "Of the authenticator app, or a recovery code",
});
