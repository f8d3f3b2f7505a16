import { Type } from "typebox";
import { enumOf, nullable } from "../http/schemas.ts";

/** What keeps an episode or a session from being submitted and from the air today, without saying who is portrayed. */
export const ConsentGaps = Type.Array(
  Type.Object({
    segment: nullable(Type.String()),
    problem: enumOf(["missing", "expired"]),
  }),
  { description: "Consents of who is portrayed that are missing or have ended" },
);
