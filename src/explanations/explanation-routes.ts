import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { BROADCAST_STATES } from "../broadcasts/broadcast.ts";
import { type Clock, DAY_MS, MINUTE_MS, toIso } from "../clock.ts";
import { invalid } from "../errors.ts";
import { closed, enumOf, IdParams, Instant, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import { DeviceKind, DeviceState, GRADES, PlaylistBroadcast, REPORT_TYPES } from "../protocol/messages.ts";
import { Moment, momentFrom } from "../schedules/moment.ts";
import type { DueBroadcast, ExplanationService, Preview, PreviewDate } from "./explanation-service.ts";
import { VERDICTS } from "./verdict.ts";

const Verdict = Type.Object({
  code: enumOf(VERDICTS, { description: "Does not change" }),
  text: Type.String({ description: "The same for people" }),
});

const { items: _items, startAt: _startAt, notAfter: _notAfter, ...airing } = PlaylistBroadcast.properties;
const Entry = Type.Object({
  ...airing,
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

const RuleDate = Type.Object({
  scheduleId: nullable(Uuid),
  schedule: nullable(Type.String({ description: "Its name" })),
  programme: Type.String(),
  date: Type.String({ description: "The slot in the rule's own wall clock" }),
  time: Type.String(),
  startAt: Instant,
  broadcastId: nullable(Uuid),
  isPlanned: Type.Boolean(),
  verdict: Verdict,
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
      verdict: Verdict,
    }),
    { description: "Rules of the range that are not meant for it, and why" },
  ),
});

const Record = Type.Object({
  type: enumOf(REPORT_TYPES),
  at: Type.String({ ...Instant, description: "By the device's clock" }),
  receivedAt: Instant,
  grade: nullable(enumOf(GRADES)),
  reason: nullable(Type.String()),
  latenessMs: nullable(Type.Number()),
  commandId: nullable(Type.String()),
});

const Due = Type.Object({
  slot: RuleDate,
  state: nullable(enumOf(BROADCAST_STATES)),
  reason: nullable(Type.String()),
  title: nullable(Type.String()),
  verdict: Verdict,
  stopped: nullable(
    Type.Object({ at: Instant, by: nullable(Type.String({ description: "null: the server" })) }),
  ),
  wasTold: nullable(
    Type.Boolean({
      description: "Whether the device was among those resolved at the freeze; null before it",
    }),
  ),
  commands: Type.Array(
    Type.Object({
      id: Type.String(),
      type: Type.String(),
      issuedAt: Instant,
      notAfter: Instant,
      answeredAt: nullable(Instant),
    }),
  ),
  records: Type.Array(Record),
  devices: nullable(
    Type.Object({
      total: Type.Integer(),
      byCode: Type.Record(Type.String(), Type.Integer()),
      silent: Type.Array(
        Type.Object({ deviceId: Uuid, name: Type.String(), regionCode: RegionCode, verdict: Verdict }),
        { description: "The first of those that did not say that they played it" },
      ),
    }),
  ),
});

const WhyView = Type.Object({
  at: Instant,
  verdict: Type.Object(
    { ...Verdict.properties },
    { description: "Of what is meant for the place and nearest to that time" },
  ),
  device: nullable(
    Type.Object({
      id: Uuid,
      name: Type.String(),
      regionCode: RegionCode,
      state: Type.String(),
      wasOnline: nullable(Type.Boolean({ description: "null: not known" })),
      presence: nullable(Type.Object({ online: Type.Boolean(), heardAt: Instant })),
      clock: nullable(Type.Object({ ...DeviceState.properties.clock.properties, receivedAt: Instant })),
    }),
  ),
  due: Type.Array(Due),
});

const MAX_PREVIEW_DAYS = 100;
const MAX_DATES = 2_000;
const DEFAULT_DAYS = 35;

interface Options {
  explanations: ExplanationService;
  clock: Clock;
  /** The county's. */
  zone: string;
}

/** What will play, and why something did not; mounted under the API's prefix, inside the sign-in guard. */
export async function explanationRoutes(instance: FastifyInstance, { explanations, clock, zone }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
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
      schema: {
        tags: ["devices"],
        summary: `What the device's playlist will hold, and why each date of each rule plays or not; ${DEFAULT_DAYS} days unless said otherwise`,
        params: IdParams,
        querystring: Range,
        response: { 200: PreviewView },
      },
    },
    async ({ params, query }) => viewPreview(explanations.previewOfDevice(params.id, ...rangeOf(query))),
  );

  app.get(
    "/regions/:code/preview",
    {
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
      const { kinds, differing } = explanations.previewOfRegion(params.code, ...rangeOf(query));
      return { kinds: kinds.map(({ kind, preview }) => ({ kind, ...viewPreview(preview) })), differing };
    },
  );

  app.get(
    "/broadcasts/why",
    {
      schema: {
        tags: ["broadcasts"],
        summary:
          "Why something played or did not play on a device or in a region at a time, from the records",
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
        response: { 200: WhyView },
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
      const why =
        device === undefined
          ? explanations.whyInRegion(region ?? "", at, within * MINUTE_MS)
          : explanations.whyOnDevice(device, at, within * MINUTE_MS);
      return {
        at: toIso(at),
        verdict: why.verdict,
        device: why.device && viewDevice(why.device),
        due: why.due.map(viewDue),
      };
    },
  );
}

const viewDate = (date: PreviewDate) => ({ ...date, startAt: toIso(date.startAt) });

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

function viewDevice({
  wasOnline,
  view: { id, name, regionCode, state, presence, reported },
}: NonNullable<ReturnType<ExplanationService["whyOnDevice"]>["device"]>) {
  return {
    id,
    name,
    regionCode,
    state,
    wasOnline,
    presence: presence && { online: presence.online, heardAt: toIso(presence.heardAt) },
    clock: reported && { ...reported.clock, receivedAt: toIso(reported.receivedAt) },
  };
}

const viewDue = ({
  broadcast,
  slot,
  stop,
  commands,
  records,
  ...rest
}: DueBroadcast): Static<typeof Due> => ({
  ...rest,
  slot: viewDate(slot),
  state: broadcast?.state ?? null,
  reason: broadcast?.reason ?? null,
  title: broadcast?.title ?? null,
  stopped: stop && { at: toIso(stop.at), by: stop.by },
  commands: commands.map((command) => ({
    ...command,
    issuedAt: toIso(command.issuedAt),
    notAfter: toIso(command.notAfter),
    answeredAt: command.answeredAt === null ? null : toIso(command.answeredAt),
  })),
  records: records.map((record) => ({
    ...record,
    at: toIso(record.at),
    receivedAt: toIso(record.receivedAt),
  })),
});
