import { Type } from "typebox";
import { enumOf, Instant, LocalDate, nullable, Title, Uuid } from "../http/schemas.ts";
import { CONSENT_PROBLEMS } from "./consent.ts";

/** What keeps an episode or a session from being submitted and from the air today, without saying who is portrayed. */
export const ConsentGaps = Type.Array(
  Type.Object({
    segment: nullable(Type.String()),
    problem: enumOf(CONSENT_PROBLEMS),
  }),
  {
    description:
      "Consents of who is portrayed that are missing, have ended, or were erased without another in their place",
  },
);

export const ConsentUntil = nullable(
  Type.String({ ...LocalDate, description: "The last day that it covers; null without an end" }),
);
export const ConsentScope = Type.String({ maxLength: 500, description: "What it is for" });
export const ConsentDocument = Type.String({
  maxLength: 500,
  description: "Where the signed sheet is: a number, a shelf, an address",
});
export const ConsentSegment = nullable(Type.String({ description: "By its name; null of a session" }));
export const ConsentPerson = Type.String({
  ...Title,
  description: "Who is portrayed, as the office calls them",
});

const ConsentView = Type.Object({
  id: Uuid,
  segment: ConsentSegment,
  person: nullable(ConsentPerson),
  scope: nullable(ConsentScope),
  validUntil: ConsentUntil,
  document: nullable(ConsentDocument),
  erased: Type.Boolean({
    description:
      "Who it was is not known any more; it keeps it off the air until another one takes its place",
  }),
  renews: nullable(Type.String({ description: "The erased one that it takes the place of" })),
  changedBy: Type.String({ description: "Who recorded, changed or erased it last" }),
  changedAt: Instant,
});
export const ConsentsView = Type.Object({ items: Type.Array(ConsentView) });
