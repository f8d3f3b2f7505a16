import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import {
  closed,
  IdParams,
  Instant,
  NEWEST,
  nullable,
  PageQuery,
  pageFrom,
  pageOf,
  Title,
  Uuid,
} from "../http/schemas.ts";
import type { MediaService } from "../media/media-service.ts";
import { RecordingView, viewRecording } from "../media/recording.ts";
import { acceptRawUploads, UploadQuery, uploadFrom } from "../media/upload.ts";
import { addApprovalRoutes } from "../programmes/approval-routes.ts";
import type { Episode } from "./episode.ts";
import type { EpisodeService } from "./episode-service.ts";

const Segments = Type.Array(closed({ name: Title, title: Title }), { minItems: 1, maxItems: 20 });

const EpisodeView = Type.Object({
  id: Uuid,
  programmeId: Uuid,
  number: Type.Integer(),
  title: Type.String(),
  approved: Type.Boolean(),
  approvedAt: nullable(Instant),
  createdAt: Instant,
  updatedAt: Instant,
  segments: Type.Array(
    Type.Object({
      position: Type.Integer(),
      name: Type.String(),
      title: Type.String(),
      recording: nullable(RecordingView),
    }),
  ),
});

export async function episodeRoutes(
  instance: FastifyInstance,
  { episodes, media }: { episodes: EpisodeService; media: MediaService },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  const view = (episode: Episode): Static<typeof EpisodeView> => ({
    id: episode.id,
    programmeId: episode.programmeId,
    number: episode.number,
    title: episode.title,
    approved: episode.approvedAt !== null,
    approvedAt: episode.approvedAt === null ? null : toIso(episode.approvedAt),
    createdAt: toIso(episode.createdAt),
    updatedAt: toIso(episode.updatedAt),
    segments: episode.segments.map(({ position, name, title, assetSha256 }) => ({
      position,
      name,
      title,
      recording: viewRecording(media, assetSha256),
    })),
  });

  app.get(
    "/episodes",
    {
      schema: {
        tags: ["episodes"],
        summary: "Episodes, newest first",
        querystring: closed({ ...PageQuery, programmeId: Type.Optional(Uuid) }),
        response: { 200: pageOf(EpisodeView) },
      },
    },
    async ({ query: { programmeId, limit, cursor } }) => {
      const page = pageFrom(
        episodes.page(programmeId ?? null, cursor ?? NEWEST, limit + 1),
        limit,
        (row) => row.id,
      );
      return { ...page, items: page.items.map(view) };
    },
  );

  app.post(
    "/episodes",
    {
      schema: {
        tags: ["episodes"],
        summary: "Create an episode; its recordings are uploaded afterwards",
        body: closed({
          programmeId: Uuid,
          number: Type.Integer({ minimum: 1, maximum: 100_000 }),
          title: Title,
          segments: Segments,
        }),
        response: { 201: EpisodeView },
      },
    },
    async (request, reply) => {
      const episode = episodes.create(request.body);
      reply.code(201).header("location", `/api/v1/episodes/${episode.id}`);
      return view(episode);
    },
  );

  app.get(
    "/episodes/:id",
    {
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
      schema: {
        tags: ["episodes"],
        summary: "Change title or segments; voids the approval",
        params: IdParams,
        body: closed({ title: Type.Optional(Title), segments: Type.Optional(Segments) }),
        response: { 200: EpisodeView },
      },
    },
    async (request) => view(episodes.update(request.params.id, request.body)),
  );

  addApprovalRoutes(instance, { path: "/episodes", service: episodes, view, schema: EpisodeView });

  await app.register(async (uploads) => {
    acceptRawUploads(uploads);
    uploads.withTypeProvider<TypeBoxTypeProvider>().put(
      "/episodes/:id/segments/:position/recording",
      {
        schema: {
          tags: ["episodes"],
          summary: "Upload a segment's recording as the request body; voids the approval",
          consumes: ["application/octet-stream"],
          params: closed({ id: Uuid, position: Type.Integer({ minimum: 1, maximum: 20 }) }),
          querystring: UploadQuery,
          response: { 200: EpisodeView },
        },
      },
      async (request) => {
        const { id, position } = request.params;
        return view(await episodes.uploadSegment(id, position, uploadFrom(request)));
      },
    );
  });
}
