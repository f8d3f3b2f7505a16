import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { MAX_AHEAD_DAYS } from "../broadcasts/forecast.ts";
import { type Clock, DAY_MS, toIso } from "../clock.ts";
import { invalid } from "../errors.ts";
import { type ActsWithin, withinCode } from "../http/permission-guard.ts";
import { closed, IdParams, Instant, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import { Authority, airing, BroadcastClass, DeviceKind } from "../protocol/messages.ts";
import { Moment, momentFrom, RuleDate, VerdictView, viewDate } from "./explanation-view.ts";
import type { Preview, PreviewService } from "./preview-service.ts";

const { startAt: _startAt, notAfter: _notAfter, ...how } = airing;
const Entry = Type.Object({
  ...how,
  class: BroadcastClass,
  authority: Authority,
  id: Type.String(),
  startAt: Instant,
  notAfter: Instant,
  items: Type.Array(
    Type.Object({
      sha256: Type.String(),
      mime: Type.String(),
      bytes: Type.Integer(),
      durationMs: Type.Integer(),
      title: Type.String(),
    }),
  ),
  isPlanned: Type.Boolean({
    description: "Whether it is planned already; otherwise it is foreseen, and its id is not kept",
  }),
});

const PreviewView = Type.Object({
  entries: Type.Array(Entry, {
    description: "What the playlist holds, by the function that makes playlists",
  }),
  dates: Type.Array(RuleDate, {
    description: "Each date of each rule that is meant for it, and what becomes of it",
  }),
  truncated: Type.Boolean({ description: "There are more dates than are shown: ask for a shorter range" }),
  notFor: Type.Array(
    Type.Object({
      scheduleId: nullable(Uuid),
      schedule: nullable(Type.String()),
      programme: Type.String(),
      verdict: VerdictView,
    }),
    { description: "Rules of the range that are not meant for it, and why" },
  ),
});

const MAX_PREVIEW_DAYS = 100;
const MAX_DATES = 2_000;
const DEFAULT_DAYS = 35;

interface Options {
  previews: PreviewService;
  /** Of a device, by its id. @throws {AppError} `not_found` */
  regionOf: (deviceId: string) => string;
  clock: Clock;
  /** The county's. */
  zone: string;
}

/** What will play and why not; mounted under the API's prefix, inside the sign-in guard. */
export async function previewRoutes(instance: FastifyInstance, { previews, regionOf, clock, zone }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const areaOfDevice: ActsWithin = ({ params }) => [regionOf((params as { id: string }).id)];
  const Range = closed({ from: Type.Optional(Moment), until: Type.Optional(Moment) });

  function rangeOf({ from, until }: Static<typeof Range>): [from: number, until: number] {
    const begin = from === undefined ? clock.now() : momentFrom("from", from, zone);
    const end = until === undefined ? begin + DEFAULT_DAYS * DAY_MS : momentFrom("until", until, zone);
    if (end <= begin) throw invalid("until", "The range ends before it begins.");
    if (end - begin > MAX_PREVIEW_DAYS * DAY_MS)
      throw invalid("until", `The range is longer than ${MAX_PREVIEW_DAYS} days.`, "Ask in parts.");
    return [begin, end];
  }

  app.get(
    "/devices/:id/playlist-preview",
    {
      config: { act: "devices:read", within: areaOfDevice },
      schema: {
        tags: ["devices"],
        summary: `What the device's playlist will hold, and why each date of each rule plays or not; ${DEFAULT_DAYS} days unless said otherwise`,
        description: `Rules are looked at ${MAX_AHEAD_DAYS} days ahead.`,
        params: IdParams,
        querystring: Range,
        response: { 200: PreviewView },
      },
    },
    async ({ params, query }) => viewPreview(previews.ofDevice(params.id, ...rangeOf(query))),
  );

  app.get(
    "/regions/:code/preview",
    {
      config: { act: "devices:read", within: withinCode },
      schema: {
        tags: ["regions"],
        summary:
          "The same for any device there that is in no group and has no tags, by kind; and which devices differ",
        params: closed({ code: RegionCode }),
        querystring: Range,
        response: {
          200: Type.Object({
            kinds: Type.Array(Type.Object({ kind: DeviceKind, ...PreviewView.properties })),
            differing: Type.Object({
              total: Type.Integer(),
              devices: Type.Array(
                Type.Object({
                  deviceId: Uuid,
                  regionCode: RegionCode,
                  more: Type.Array(Uuid),
                  fewer: Type.Array(Uuid),
                }),
                { description: "The first of them, with the broadcasts that they alone have, or have not" },
              ),
            }),
          }),
        },
      },
    },
    async ({ params, query }) => {
      const { kinds, differing } = previews.ofRegion(params.code, ...rangeOf(query));
      return { kinds: kinds.map(({ kind, preview }) => ({ kind, ...viewPreview(preview) })), differing };
    },
  );
}

const viewPreview = ({ entries, dates, notFor }: Preview): Static<typeof PreviewView> => ({
  entries: entries.map((entry) => ({
    ...entry,
    startAt: toIso(entry.startAt),
    notAfter: toIso(entry.notAfter),
  })),
  dates: dates.slice(0, MAX_DATES).map(viewDate),
  truncated: dates.length > MAX_DATES,
  notFor,
});
