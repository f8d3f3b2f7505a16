import { Readable } from "node:stream";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { MINUTE_MS, toIso } from "../clock.ts";
import { invalid } from "../errors.ts";
import { Moment, momentFrom } from "../explanations/explanation-view.ts";
import type { DueBroadcast, WhyService } from "../explanations/why-service.ts";
import { closed, enumOf, PageQuery, pageFrom, pageOf, RegionCode, Uuid } from "../http/schemas.ts";
import { csvOf, linesOf, viewEntry } from "./audit-document.ts";
import { type AuditEntry, OUTCOMES } from "./audit-entry.ts";
import { type AuditLog, EVERYTHING } from "./audit-log.ts";
import type { AuditFilter } from "./audit-store.ts";
import { Entry, Head, type WhyEntry, Whys } from "./audit-view.ts";
import { responsibleFor } from "./responsibility.ts";

const Filter = {
  actor: Type.Optional(Type.String({ maxLength: 200, description: "Id or name of who did it" })),
  object: Type.Optional(
    Type.String({ maxLength: 200, description: "As the API's addresses name it: `episodes/<id>`" }),
  ),
  act: Type.Optional(
    Type.String({ maxLength: 200, description: "How the act begins, such as `POST /api/v1/schedules`" }),
  ),
  outcome: Type.Optional(enumOf(OUTCOMES)),
  requestId: Type.Optional(Type.String({ maxLength: 100 })),
  from: Type.Optional(Moment),
  until: Type.Optional(Moment),
};
const FilterQuery = closed(Filter);

const AT_ONCE = 500;
const MAX_ABOUT = 200;
const FORMATS = {
  csv: { type: "text/csv; charset=utf-8", write: csvOf },
  jsonl: { type: "application/jsonl; charset=utf-8", write: linesOf },
} as const;

interface Options {
  audit: Pick<AuditLog, "before" | "after" | "about" | "doneTo" | "head" | "anchor">;
  whys: WhyService;
  /** The county's. */
  zone: string;
}

/** The auditor's view; mounted under the API's prefix, inside the sign-in guard. Nothing here changes anything. */
export async function auditRoutes(instance: FastifyInstance, { audit, whys, zone }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  const filterOf = ({ from, until, ...query }: Static<typeof FilterQuery>): AuditFilter => ({
    ...EVERYTHING,
    ...query,
    ...(from === undefined ? {} : { from: momentFrom("from", from, zone) }),
    ...(until === undefined ? {} : { until: momentFrom("until", until, zone) }),
  });

  function* entriesAfter(filter: AuditFilter): Generator<AuditEntry> {
    for (let place = 0; ; ) {
      const entries = audit.after(filter, place, AT_ONCE);
      yield* entries;
      const last = entries.at(-1);
      if (!last || entries.length < AT_ONCE) return;
      place = last.seq;
    }
  }

  app.get(
    "/audit",
    {
      config: { act: "audit:read" },
      schema: {
        tags: ["audit"],
        summary: "Who did what, and who was refused what; the newest first",
        querystring: closed({ ...Filter, ...PageQuery }),
        response: { 200: pageOf(Entry) },
      },
    },
    async ({ query: { limit, cursor, ...filter } }) => {
      const place = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      if (!Number.isSafeInteger(place)) throw invalid("cursor", "This is not the nextCursor of a page.");
      const entries = audit.before(filterOf(filter), place, limit + 1);
      const page = pageFrom(entries, limit, ({ seq }) => String(seq));
      return { ...page, items: page.items.map(viewEntry) };
    },
  );

  app.get(
    "/audit/export",
    {
      config: { act: "audit:read", isAudited: true },
      schema: {
        tags: ["audit"],
        summary: "The same in a file, the oldest first; that a copy was taken is an entry too",
        querystring: closed({ ...Filter, format: enumOf(["csv", "jsonl"]) }),
      },
    },
    async ({ query: { format, ...filter } }, reply) => {
      const { type, write } = FORMATS[format];
      return reply
        .header("cache-control", "private, no-store")
        .header("content-disposition", `attachment; filename="audit.${format}"`)
        .type(type)
        .send(Readable.from(write(entriesAfter(filterOf(filter)))));
    },
  );

  app.get(
    "/audit/head",
    {
      config: { act: "audit:read" },
      schema: {
        tags: ["audit"],
        summary:
          "The last entry's number and hash, to be kept elsewhere: `npm run audit:verify -- <seq>:<hash>`",
        response: {
          200: Head,
        },
      },
    },
    async () => ({ ...audit.head(), keptFrom: audit.anchor().seq + 1 }),
  );

  app.get(
    "/audit/why",
    {
      config: { act: "audit:read" },
      schema: {
        tags: ["audit"],
        summary:
          "Who made a village or a device speak, or be silent, at a time: each broadcast with its acts",
        querystring: closed({
          device: Type.Optional(Uuid),
          region: Type.Optional(RegionCode),
          at: Moment,
          within: Type.Integer({
            minimum: 1,
            maximum: 720,
            default: 30,
            description: "Minutes before and after that count",
          }),
        }),
        response: { 200: Whys },
      },
    },
    async ({ query: { device, region, at: text, within } }) => {
      const at = momentFrom("at", text, zone);
      if ((device === undefined) === (region === undefined))
        throw invalid(
          "device",
          "Ask about a device or about a region.",
          "Give one of `device` and `region`.",
        );
      const { due } =
        device === undefined
          ? whys.inRegion(region ?? "", at, within * MINUTE_MS)
          : whys.onDevice(device, at, within * MINUTE_MS);
      return { at: toIso(at), due: due.map(viewDue) };
    },
  );

  function viewDue({ broadcast, slot, verdict }: DueBroadcast): Static<typeof WhyEntry> {
    const objects = objectsOf(broadcast, slot.scheduleId);
    const entries = audit.about(objects, MAX_ABOUT).toReversed();
    const parts = responsibleFor(audit.doneTo(objects), slot.startAt);
    const responsible = Object.entries(parts).map(([part, entry]) => [
      part,
      { by: entry.actor.name, kind: entry.actor.kind, at: toIso(entry.at), seq: entry.seq },
    ]);
    return {
      broadcastId: broadcast?.id ?? null,
      programme: slot.programme,
      title: broadcast?.title ?? null,
      startAt: toIso(slot.startAt),
      state: broadcast?.state ?? null,
      verdict,
      schedule: slot.scheduleId === null ? null : { id: slot.scheduleId, name: slot.schedule },
      responsible: Object.fromEntries(responsible),
      entries: entries.map(viewEntry),
    };
  }
}

/** What an act may be about that has to do with a broadcast; an interrupt has its broadcast's id. */
function objectsOf(broadcast: DueBroadcast["broadcast"], scheduleId: string | null): string[] {
  const objects = scheduleId === null ? [] : [`schedules/${scheduleId}`];
  if (!broadcast) return objects;
  const { id, contentId } = broadcast;
  const own = ["broadcasts", "announcements", "emergencies"].map((collection) => `${collection}/${id}`);
  const content = contentId === null ? [] : [`episodes/${contentId}`, `sessions/${contentId}`];
  return [...objects, ...own, ...content];
}
