import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import type { ConsentService } from "../consents/consent-service.ts";
import { closed, IdParams, NEWEST, PageQuery, pageFrom, pageOf, Title, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { type AirTime, judgeAirTime } from "../media/ear/slot.ts";
import type { MediaService } from "../media/media-service.ts";
import { AssetBody, TrimView, viewRecording, viewRenditions } from "../media/recording.ts";
import { acceptRawUploads, UploadQuery, uploadFrom } from "../media/upload.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { addReviewRoutes } from "../review/review-routes.ts";
import type { ReviewService } from "../review/review-service.ts";
import { viewReview } from "../review/review-view.ts";
import type { Episode } from "./episode.ts";
import type { EpisodeService } from "./episode-service.ts";
import { EpisodeView } from "./episode-view.ts";

const Segment = { name: Title, title: Title };
const MANY = { minItems: 1, maxItems: 20 };
const ChangedSegment = closed({
  ...Segment,
  was: Type.Optional({
    ...Title,
    description: "The name it has now, to give it another one with its recording",
  }),
});

const SegmentParams = closed({ id: Uuid, position: Type.Integer({ minimum: 1, maximum: 20 }) });

export async function episodeRoutes(
  instance: FastifyInstance,
  {
    episodes,
    programmes,
    media,
    reviews,
    consents,
  }: {
    episodes: EpisodeService;
    programmes: ProgrammeService;
    media: MediaService;
    reviews: ReviewService;
    consents: ConsentService;
  },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  const view = (episode: Episode): Static<typeof EpisodeView> => ({
    id: episode.id,
    programmeId: episode.programmeId,
    number: episode.number,
    title: episode.title,
    approved: episode.approvedAt !== null,
    approvedAt: episode.approvedAt === null ? null : toIso(episode.approvedAt),
    review: viewReview(reviews.standing(episode)),
    consentGaps: consents.gapsOf({ ...episode, segments: episode.segments.map(({ name }) => name) }),
    version: episode.version,
    createdAt: toIso(episode.createdAt),
    updatedAt: toIso(episode.updatedAt),
    segments: episode.segments.map(({ position, name, title, ...recording }) => ({
      position,
      name,
      title,
      recording: viewRecording(media, recording),
    })),
    programme: episode.compositionId === null ? null : viewRenditions(media, episode.compositionId),
    slot: slotOf(episode),
  });

  function slotOf(episode: Episode): AirTime {
    const { slotMinutes } = programmes.get(episode.programmeId).sound;
    const isWhole = episode.segments.every(({ assetSha256 }) => assetSha256 !== null);
    return judgeAirTime(airMsOf(episode), slotMinutes, isWhole);
  }

  /** A continuous programme is longer than its segments: by tune, stings, closing and the gaps between all of them. */
  function airMsOf({ compositionId, segments }: Episode): number {
    const wholeMs = compositionId === null ? null : media.lengthOf(compositionId);
    if (wholeMs !== null) return wholeMs;
    return segments.reduce((sum, segment) => {
      return sum + (segment.compositionId === null ? 0 : (media.lengthOf(segment.compositionId) ?? 0));
    }, 0);
  }

  app.get(
    "/episodes",
    {
      config: { act: "content:read" },
      schema: {
        tags: ["episodes"],
        summary: "Episodes, newest first",
        querystring: closed({
          ...PageQuery,
          programmeId: Type.Optional(Uuid),
          approved: Type.Optional(Type.Boolean({ description: "Only what may air, or only what may not" })),
        }),
        response: { 200: pageOf(EpisodeView) },
      },
    },
    async ({ query: { programmeId, approved, limit, cursor } }) => {
      const page = pageFrom(
        episodes.page(
          { programmeId: programmeId ?? null, approved: approved ?? null },
          cursor ?? NEWEST,
          limit + 1,
        ),
        limit,
        (row) => row.id,
      );
      return { ...page, items: page.items.map(view) };
    },
  );

  app.post(
    "/episodes",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["episodes"],
        summary: "Create an episode; its recordings are uploaded afterwards",
        body: closed({
          programmeId: Uuid,
          number: Type.Integer({ minimum: 1, maximum: 100_000 }),
          title: Title,
          segments: Type.Array(closed(Segment), { ...MANY, description: "In air order" }),
        }),
        response: { 201: EpisodeView },
      },
    },
    async (request, reply) => {
      const episode = episodes.create(request.body, requireUser(request).id);
      reply.code(201).header("location", `/api/v1/episodes/${episode.id}`);
      return view(episode);
    },
  );

  app.get(
    "/episodes/:id",
    {
      config: { act: "content:read" },
      schema: {
        tags: ["episodes"],
        summary: "One episode",
        params: IdParams,
        response: { 200: EpisodeView },
      },
    },
    async (request) => view(episodes.get(request.params.id)),
  );

  app.patch(
    "/episodes/:id",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["episodes"],
        summary: "Change title or segments; ends its review",
        description:
          "`segments` are all of them in air order: one that is left out is removed with its recording, one that is moved, " +
          "renamed (`was`) or given another title keeps it. What airs is made again where it became another.",
        params: IdParams,
        querystring: closed({
          ifVersion: Type.Optional(
            Type.Integer({ minimum: 1, description: "Refuse when changed since this version" }),
          ),
        }),
        body: closed({
          title: Type.Optional(Title),
          segments: Type.Optional(Type.Array(ChangedSegment, MANY)),
        }),
        response: { 200: EpisodeView },
      },
    },
    async (request) => {
      const changes = { ...request.body, ...request.query };
      return view(episodes.update(request.params.id, changes, requireUser(request).id));
    },
  );

  app.put(
    "/episodes/:id/segments/:position/trim",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["episodes"],
        summary: "Use a stretch of a segment's recording, which itself stays as it is; ends its review",
        params: SegmentParams,
        body: TrimView,
        response: { 200: EpisodeView },
      },
    },
    async (request) => {
      const { id, position } = request.params;
      return view(episodes.trimSegment(id, position, request.body, requireUser(request).id));
    },
  );

  app.delete(
    "/episodes/:id/segments/:position/trim",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["episodes"],
        summary: "Use all of a segment's recording again; ends its review",
        params: SegmentParams,
        response: { 200: EpisodeView },
      },
    },
    async (request) => {
      const { id, position } = request.params;
      return view(episodes.trimSegment(id, position, null, requireUser(request).id));
    },
  );

  app.put(
    "/episodes/:id/segments/:position/asset",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["episodes"],
        summary: "Use a recording that is there already, such as synthetic speech; ends its review",
        params: SegmentParams,
        body: AssetBody,
        response: { 200: EpisodeView },
      },
    },
    async (request) => {
      const { id, position } = request.params;
      return view(episodes.useAsset(id, position, request.body.sha256, requireUser(request).id));
    },
  );

  const viewOf = (id: string) => view(episodes.get(id));
  addReviewRoutes(instance, { kind: "episode", reviews, view: viewOf, schema: EpisodeView });

  await app.register(async (uploads) => {
    acceptRawUploads(uploads);
    uploads.withTypeProvider<TypeBoxTypeProvider>().put(
      "/episodes/:id/segments/:position/recording",
      {
        config: { act: "content:edit" },
        schema: {
          tags: ["episodes"],
          summary: "Upload a segment's recording as the request body; ends its review",
          consumes: ["application/octet-stream"],
          params: SegmentParams,
          querystring: UploadQuery,
          response: { 200: EpisodeView },
        },
      },
      async (request) => {
        const { id, position } = request.params;
        const { id: userId } = requireUser(request);
        return view(await episodes.uploadSegment(id, position, uploadFrom(request), userId));
      },
    );
  });
}
