import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { Instant, nullable } from "../http/schemas.ts";
import type { Manifest } from "./backup.ts";
import type { BackupService } from "./backup-service.ts";

const BackupView = Type.Object({
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
    isHashed: Type.Boolean(),
    missing: Type.Integer({ description: "Files that the database names and that were not there, whole" }),
    examples: Type.Array(Type.String()),
  }),
});

const view = ({ name, createdAt, version, bytes, sha256, audit, media }: Manifest) => ({
  name,
  createdAt: toIso(createdAt),
  version,
  bytes,
  sha256,
  audit,
  media,
});

/** Mounted under the API's prefix, inside the sign-in guard. To restore is done at the machine alone. */
export async function backupRoutes(
  instance: FastifyInstance,
  { backups }: { backups: Pick<BackupService, "list" | "problem" | "lastFailure" | "make"> },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/backups",
    {
      config: { act: "backups:read" },
      schema: {
        tags: ["operation"],
        summary: "The backups of the database, each proved when it was made; the newest first",
        response: {
          200: Type.Object({
            problem: nullable(Type.String({ description: "What to see to; null when all is well" })),
            lastFailure: nullable(Type.Object({ at: Instant, message: Type.String() })),
            items: Type.Array(BackupView),
          }),
        },
      },
    },
    async () => {
      const failure = backups.lastFailure();
      return {
        problem: backups.problem(),
        lastFailure: failure && { at: toIso(failure.at), message: failure.message },
        items: backups.list().map(view),
      };
    },
  );

  app.post(
    "/backups",
    {
      config: { act: "backups:make" },
      schema: {
        tags: ["operation"],
        summary: "Make and prove one now; not near air",
        response: { 201: BackupView },
      },
    },
    async (_request, reply) => reply.code(201).send(view(await backups.make())),
  );
}
