import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../../clock.ts";
import { invalid } from "../../errors.ts";
import { closed, enumOf, Instant, nullable, PageQuery, pageFrom, pageOf } from "../../http/schemas.ts";
import { DAMAGE_ACTIONS, type Damage, type DamagePlace, type LibraryRun, PROBLEMS } from "./checks-store.ts";
import { COMPLAINTS } from "./complaints.ts";
import type { Housekeeping } from "./housekeeping-service.ts";
import { GARBAGE_KINDS, type Garbage } from "./references-store.ts";
import { SPACE_STATES } from "./watermarks.ts";

const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$" });
const Bytes = Type.Integer({ minimum: 0 });
const Holding = Type.Object({ files: Type.Integer(), bytes: Bytes });

const RunView = Type.Object({
  beganAt: Instant,
  endedAt: nullable(Instant),
  result: Type.Record(Type.String(), Type.Integer()),
});
const StatusView = Type.Object({
  state: enumOf(SPACE_STATES),
  message: nullable(Type.String({ description: "What is short" })),
  unmounted: nullable(Type.String({ description: "Why the folder is not taken for this server's store" })),
  originals: Holding,
  renditions: Holding,
  trash: Holding,
  quotaBytes: Type.Integer({ minimum: 0, description: "0: no limit" }),
  freeBytes: nullable(Type.Integer({ minimum: 0, description: "null: the disk could not be asked" })),
  totalBytes: nullable(Bytes),
  lastCollection: nullable(RunView),
  lastScrub: nullable(RunView),
});
const ComplaintView = Type.Object({ kind: enumOf(COMPLAINTS), text: Type.String() });
const OrphanView = Type.Object({
  sha256: Sha256,
  bytes: Bytes,
  modifiedAt: Instant,
  isDue: Type.Boolean({ description: "Old enough for the next collection" }),
});
const GarbageView = Type.Object({
  kind: enumOf(GARBAGE_KINDS),
  id: Type.String(),
  label: Type.String(),
  reason: Type.String(),
  bytes: Bytes,
});
const GarbagePage = Type.Object({
  ...pageOf(GarbageView).properties,
  things: Type.Integer({ description: "Of all pages" }),
  bytes: Type.Integer({ minimum: 0, description: "Of all pages; what several share is counted for each" }),
});
const CollectionView = Type.Object({
  things: Type.Integer(),
  files: Type.Integer(),
  trashedBytes: Bytes,
  freedBytes: Bytes,
  interrupted: Type.Boolean({ description: "A broadcast came near; the rest waits for the next run" }),
});
const TrashView = Type.Object({
  kind: enumOf([...GARBAGE_KINDS, "file"]),
  subject: Type.String(),
  label: Type.String(),
  reason: Type.String(),
  trashedAt: Instant,
  expiresAt: Type.String({ description: "Until when it can be restored" }),
  files: Type.Array(Type.Object({ sha256: Sha256, bytes: Bytes })),
});
const DamageView = Type.Object({
  sha256: Sha256,
  problem: enumOf(PROBLEMS),
  found: Type.String(),
  action: enumOf(DAMAGE_ACTIONS),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  mendedAt: nullable(Instant),
});

const viewRun = (run: LibraryRun | null): Static<typeof RunView> | null =>
  run && { beganAt: toIso(run.beganAt), endedAt: instantOrNull(run.endedAt), result: run.result };
const instantOrNull = (at: number | null) => (at === null ? null : toIso(at));

const viewOrphan = ({ modifiedAt, ...orphan }: Awaited<ReturnType<Housekeeping["orphans"]>>[number]) => ({
  ...orphan,
  modifiedAt: toIso(Math.round(modifiedAt)),
});
const viewTrash = ({ trashedAt, expiresAt, ...entry }: ReturnType<Housekeeping["trash"]>[number]) => ({
  ...entry,
  trashedAt: toIso(trashedAt),
  expiresAt: toIso(expiresAt),
});
const viewDamage = (damage: Damage): Static<typeof DamageView> => ({
  ...damage,
  firstSeenAt: toIso(damage.firstSeenAt),
  lastSeenAt: toIso(damage.lastSeenAt),
  mendedAt: instantOrNull(damage.mendedAt),
});

/** The order in which rows can go, and by their ids. */
const placeOf = ({ kind, id }: Pick<Garbage, "kind" | "id">): string =>
  `${GARBAGE_KINDS.indexOf(kind)}_${id}`;

function damagePlaceFrom(cursor: string | undefined): DamagePlace | undefined {
  if (cursor === undefined) return undefined;
  const [, lastSeenAt, sha256 = ""] = /^(\d{1,15})_([0-9a-f]{64})$/.exec(cursor) ?? [];
  if (lastSeenAt === undefined) throw invalid("cursor", "This is not the nextCursor of a page.");
  return { lastSeenAt: Number(lastSeenAt), sha256 };
}

/** `/media-library`: what the store holds, what nothing needs, what was taken out, what is damaged. */
export async function housekeepingRoutes(
  instance: FastifyInstance,
  { housekeeping }: { housekeeping: Housekeeping },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const schema = <T extends object>(summary: string, rest: T) => ({
    tags: ["media library"],
    summary,
    ...rest,
  });

  const status = (): Static<typeof StatusView> => {
    const { lastCollection, lastScrub, ...rest } = housekeeping.status();
    return { ...rest, lastCollection: viewRun(lastCollection), lastScrub: viewRun(lastScrub) };
  };

  app.get(
    "/media-library",
    {
      config: { act: "content:read" },
      schema: schema("Space, quota and the last runs", { response: { 200: StatusView } }),
    },
    async () => status(),
  );

  app.get(
    "/media-library/complaints",
    {
      config: { act: "content:read" },
      schema: schema("What an operator should see to: space, damage, runs that failed", {
        response: { 200: Type.Object({ items: Type.Array(ComplaintView) }) },
      }),
    },
    async () => ({ items: housekeeping.complaints() }),
  );

  app.get(
    "/media-library/garbage",
    {
      config: { act: "content:read" },
      schema: schema("What a collection would take, and why", {
        description: "Rows with their files. Files that no row names are at `/media-library/orphans`.",
        querystring: closed(PageQuery),
        response: { 200: GarbagePage },
      }),
    },
    async ({ query: { limit, cursor = "" } }) => {
      const all = housekeeping.garbage();
      const bytes = all.reduce((sum, thing) => sum + thing.bytes, 0);
      const rest = all.filter((thing) => placeOf(thing) > cursor);
      return { ...pageFrom(rest.slice(0, limit + 1), limit, placeOf), things: all.length, bytes };
    },
  );

  app.post(
    "/media-library/collect",
    {
      config: { act: "library:manage" },
      schema: schema("Move what nothing needs into the trash, and empty that of what expired", {
        response: { 200: CollectionView },
      }),
    },
    async () => {
      const { interrupted, ...collection } = await housekeeping.collect();
      return { ...collection, interrupted: interrupted === 1 };
    },
  );

  app.get(
    "/media-library/trash",
    {
      config: { act: "content:read" },
      schema: schema("What can still be restored, newest first", {
        querystring: closed(PageQuery),
        response: { 200: pageOf(TrashView) },
      }),
    },
    async ({ query: { limit, cursor } }) => {
      const { items, nextCursor } = pageFrom(housekeeping.trash(cursor, limit + 1), limit, ({ id }) => id);
      return { items: items.map(viewTrash), nextCursor };
    },
  );

  app.post(
    "/media-library/trash/:sha256/restore",
    {
      config: { act: "library:manage" },
      schema: schema("Bring a file back with its rows and all that these need; answers with what came back", {
        params: closed({ sha256: Sha256 }),
        response: { 200: Type.Object({ items: Type.Array(TrashView) }) },
      }),
    },
    async (request) => ({ items: housekeeping.restore(request.params.sha256).map(viewTrash) }),
  );

  app.delete(
    "/media-library/trash",
    {
      config: { act: "library:manage" },
      schema: schema("Empty the trash now; nothing in it can be restored afterwards", {
        response: { 200: Type.Object({ freedBytes: Bytes }) },
      }),
    },
    async () => ({ freedBytes: await housekeeping.emptyTrash() }),
  );

  app.get(
    "/media-library/orphans",
    {
      config: { act: "content:read" },
      schema: schema("Files that no row names, by their names", {
        querystring: closed(PageQuery),
        response: { 200: pageOf(OrphanView) },
      }),
    },
    async ({ query: { limit, cursor } }) => {
      const found = await housekeeping.orphans(cursor, limit + 1);
      const { items, nextCursor } = pageFrom(found, limit, ({ sha256 }) => sha256);
      return { items: items.map(viewOrphan), nextCursor };
    },
  );

  app.get(
    "/media-library/damage",
    {
      config: { act: "content:read" },
      schema: schema("Files that were not what their name says, newest first", {
        querystring: closed(PageQuery),
        response: { 200: pageOf(DamageView) },
      }),
    },
    async ({ query: { limit, cursor } }) => {
      const found = housekeeping.damages(damagePlaceFrom(cursor), limit + 1);
      const { items, nextCursor } = pageFrom(
        found,
        limit,
        ({ lastSeenAt, sha256 }) => `${lastSeenAt}_${sha256}`,
      );
      return { items: items.map(viewDamage), nextCursor };
    },
  );

  app.post(
    "/media-library/scrub",
    {
      config: { act: "library:manage" },
      schema: schema("Begin to read all files again", { response: { 202: StatusView } }),
    },
    async (_request, reply) => {
      housekeeping.startScrub();
      reply.code(202);
      return status();
    },
  );
}
