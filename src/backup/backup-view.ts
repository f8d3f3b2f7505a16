import { Type } from "typebox";
import { Instant, nullable } from "../http/schemas.ts";

export const BackupView = Type.Object({
  name: Type.String(),
  createdAt: Instant,
  version: Type.String(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  audit: Type.Object(
    { seq: Type.Integer(), hash: Type.String() },
    { description: "The last entry of the audit log in it" },
  ),
  media: Type.Object({
    files: Type.Integer(),
    bytes: Type.Integer(),
    hashed: Type.Integer({ description: "How many were read; of the others the sizes were compared" }),
    missing: Type.Integer({ description: "Files that the database names and that were not there, whole" }),
    examples: Type.Array(Type.String()),
  }),
});

export const BackupsView = Type.Object({
  problem: nullable(Type.String({ description: "What to see to; null when all is well" })),
  lastFailure: nullable(Type.Object({ at: Instant, message: Type.String() })),
  items: Type.Array(BackupView),
});
