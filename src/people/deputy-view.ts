import { type Static, Type } from "typebox";
import { enumOf, LocalDate, Uuid } from "../http/schemas.ts";
import type { Deputy } from "./deputy-service.ts";
import { ROLES } from "./permissions.ts";

export const DeputySchema = Type.Object({
  id: Uuid,
  role: enumOf(ROLES),
  of: Type.String({ description: "Who is away" }),
  deputy: Type.String({ description: "Who stands in" }),
  mine: Type.Boolean({ description: "Whether it is the one asked about that is away" }),
  from: LocalDate,
  until: LocalDate,
});

/** @param askedFor whose deputies were asked for */
export const viewDeputy = (
  { id, role, userId, userName, deputyName, from, until }: Deputy,
  askedFor: string,
): Static<typeof DeputySchema> => ({
  id,
  role,
  of: userName,
  deputy: deputyName,
  mine: userId === askedFor,
  from,
  until,
});
