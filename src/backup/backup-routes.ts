import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { toIso } from "../clock.ts";
import type { Manifest } from "./backup.ts";
import type { BackupService } from "./backup-service.ts";
import { BackupsView, BackupView } from "./backup-view.ts";

const view = ({ name, createdAt, version, bytes, sha256, audit, media }: Manifest) => ({
  name,
  createdAt: toIso(createdAt),
  version,
  bytes,
  sha256,
  audit,
  media: {
    files: media.files,
    bytes: media.bytes,
    hashed: media.hashed,
    missing: media.missing,
    examples: media.examples,
  },
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
          200: BackupsView,
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
