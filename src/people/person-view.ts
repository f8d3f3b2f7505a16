import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { closed, enumOf, Instant, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import { WAYS_IN } from "./access.ts";
import type { RecentAccess } from "./access-service.ts";
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
const OwnRoles = Type.Array(
  Type.Object({
    ...Roles.items.properties,
    inPlaceOf: Type.Optional(
      Type.Object({ id: Uuid, name: Type.String() }, { description: "Whom one stands in for today" }),
    ),
  }),
);

export const Me = Type.Object({
  user: Type.Object({ id: Uuid, name: Type.String(), roles: OwnRoles }),
  acts: Type.Array(Acts.items, { description: "What the roles include, somewhere" }),
  scopes: Type.Array(Acts.items, { description: "What a script's token may be for" }),
  secondFactor: Type.Object({
    setUp: Type.Boolean(),
    proven: Type.Boolean({ description: "Whether this sign-in counts as made with one" }),
    wanted: Type.Boolean({
      description: "Not proven: until it is, the roles allow no more than looking and stopping",
    }),
    recoveryCodesLeft: Type.Integer(),
  }),
  notices: Type.Array(Type.String(), {
    description: "What of the server's settings is otherwise than shipped, for administrators and auditors",
  }),
  password: Type.Boolean({ description: "Whether they have one; who signs in at a provider need not" }),
  csrfToken: Type.String({ description: "Send as `x-csrf-token` with every POST, PUT, PATCH and DELETE" }),
});

export const CurrentPassword = Type.String({ minLength: 1, maxLength: PASSWORD_MAX_LENGTH });
/** No policy here: what is wrong with a password is said in words. */
export const NewPassword = Type.String({ minLength: 1, maxLength: PASSWORD_MAX_LENGTH });

export const Subject = Type.String({
  minLength: 1,
  maxLength: 255,
  description: "`sub` of OpenID Connect: what the provider calls them for good",
});

export const LinkSchema = Type.Object(
  {
    issuer: Type.String(),
    subject: Subject,
    isConfirmed: Type.Boolean({
      description:
        "Whether it signs them in: an administrator's link waits until the person has confirmed it",
    }),
  },
  { description: "Who they are at the sign-in provider; null for whom nobody linked" },
);

export const PersonSchema = Type.Object({
  id: Uuid,
  name: Type.String(),
  roles: Roles,
  state: enumOf(["invited", "active", "disabled"]),
  secondFactor: Type.Boolean(),
  identity: nullable(LinkSchema),
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

const Named = Type.Object({ id: Uuid, name: Type.String() });
export const AccessSchema = Type.Object({
  person: Named,
  givenBy: Named,
  how: enumOf(WAYS_IN, {
    description:
      "`invitation`: a link that was used; `second-factor`: removed; `provider`: linked with the sign-in provider",
  }),
  at: Instant,
  settlesAt: Type.String({ ...Instant, description: "From then on the two count as two people" }),
});
export const viewAccess = (given: RecentAccess): Static<typeof AccessSchema> => ({
  person: { id: given.userId, name: given.name },
  givenBy: { id: given.givenBy, name: given.givenByName },
  how: given.how,
  at: toIso(given.at),
  settlesAt: toIso(given.settlesAt),
});

export const InvitationSchema = Type.Object({
  url: Type.String({ description: "Hand it to the person; it works once, and is kept nowhere" }),
  expiresAt: Instant,
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

/** Of what somebody shows anew in the same request. */
export const FreshProofFields = {
  currentPassword: Type.Optional(
    Type.String({ ...CurrentPassword, description: "Of who has no second factor and signs in by it" }),
  ),
  code: Type.Optional(
    Type.String({ ...Code, description: "Of whose account has a second factor: a code not used before" }),
  ),
};
/** Where nothing else is sent. */
export const FreshProofBody = Type.Optional(closed(FreshProofFields));
