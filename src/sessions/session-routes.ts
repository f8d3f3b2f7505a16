import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import type { ConsentService } from "../consents/consent-service.ts";
import { closed, IdParams, NEWEST, PageQuery, pageFrom, pageOf, Title, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { type AirTime, judgeAirTime } from "../media/ear/slot.ts";
import type { MediaService } from "../media/media-service.ts";
import { AssetBody, TrimView, viewRecording } from "../media/recording.ts";
import { acceptRawUploads, UploadQuery, uploadFrom } from "../media/upload.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { addReviewRoutes } from "../review/review-routes.ts";
import type { ReviewService } from "../review/review-service.ts";
import { viewReview } from "../review/review-view.ts";
import type { SessionService } from "./session-service.ts";
import type { Session } from "./session-store.ts";
import { SessionView } from "./session-view.ts";

const Titles = Type.Array(Title, { maxItems: 50 });

export async function sessionRoutes(
  instance: FastifyInstance,
  {
    sessions,
    programmes,
    media,
    reviews,
    consents,
  }: {
    sessions: SessionService;
    programmes: ProgrammeService;
    media: MediaService;
    reviews: ReviewService;
    consents: ConsentService;
  },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  const view = (session: Session): Static<typeof SessionView> => ({
    id: session.id,
    programmeId: session.programmeId,
    number: session.number,
    topic: session.topic,
    speakers: session.speakers,
    modules: session.modules,
    approved: session.approvedAt !== null,
    approvedAt: session.approvedAt === null ? null : toIso(session.approvedAt),
    review: viewReview(reviews.standing(session)),
    consentGaps: consents.gapsOf({ ...session, segments: [] }),
    createdAt: toIso(session.createdAt),
    updatedAt: toIso(session.updatedAt),
    recording: viewRecording(media, session),
    slot: slotOf(session),
  });

  function slotOf({ programmeId, compositionId }: Session): AirTime {
    const { slotMinutes } = programmes.get(programmeId).sound;
    const durationMs = compositionId === null ? 0 : (media.lengthOf(compositionId) ?? 0);
    return judgeAirTime(durationMs, slotMinutes, compositionId !== null);
  }

  app.get(
    "/sessions",
    {
      config: { act: "content:read" },
      schema: {
        tags: ["sessions"],
        summary: "Sessions, newest first",
        querystring: closed({
          ...PageQuery,
          programmeId: Type.Optional(Uuid),
          approved: Type.Optional(Type.Boolean({ description: "Only what may air, or only what may not" })),
        }),
        response: { 200: pageOf(SessionView) },
      },
    },
    async ({ query: { programmeId, approved, limit, cursor } }) => {
      const page = pageFrom(
        sessions.page(
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
    "/sessions",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["sessions"],
        summary: "Create a session; its recording is uploaded afterwards",
        body: closed({
          programmeId: Uuid,
          number: Type.Integer({ minimum: 1, maximum: 100_000 }),
          topic: Title,
          speakers: Titles,
          modules: Titles,
        }),
        response: { 201: SessionView },
      },
    },
    async (request, reply) => {
      const session = sessions.create(request.body, requireUser(request).id);
      reply.code(201).header("location", `/api/v1/sessions/${session.id}`);
      return view(session);
    },
  );

  app.get(
    "/sessions/:id",
    {
      config: { act: "content:read" },
      schema: {
        tags: ["sessions"],
        summary: "One session",
        params: IdParams,
        response: { 200: SessionView },
      },
    },
    async (request) => view(sessions.get(request.params.id)),
  );

  app.patch(
    "/sessions/:id",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["sessions"],
        summary: "Change topic, speakers or modules; ends its review",
        params: IdParams,
        body: closed({
          topic: Type.Optional(Title),
          speakers: Type.Optional(Titles),
          modules: Type.Optional(Titles),
        }),
        response: { 200: SessionView },
      },
    },
    async (request) => view(sessions.update(request.params.id, request.body, requireUser(request).id)),
  );

  app.put(
    "/sessions/:id/trim",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["sessions"],
        summary: "Use a stretch of the recording, which itself stays as it is; ends its review",
        params: IdParams,
        body: TrimView,
        response: { 200: SessionView },
      },
    },
    async (request) => view(sessions.trim(request.params.id, request.body, requireUser(request).id)),
  );

  app.delete(
    "/sessions/:id/trim",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["sessions"],
        summary: "Use all of the recording again; ends its review",
        params: IdParams,
        response: { 200: SessionView },
      },
    },
    async (request) => view(sessions.trim(request.params.id, null, requireUser(request).id)),
  );

  app.put(
    "/sessions/:id/asset",
    {
      config: { act: "content:edit" },
      schema: {
        tags: ["sessions"],
        summary: "Use a recording that is there already; ends its review",
        params: IdParams,
        body: AssetBody,
        response: { 200: SessionView },
      },
    },
    async (request) =>
      view(sessions.useAsset(request.params.id, request.body.sha256, requireUser(request).id)),
  );

  const viewOf = (id: string) => view(sessions.get(id));
  addReviewRoutes(instance, { kind: "session", reviews, view: viewOf, schema: SessionView });

  await app.register(async (uploads) => {
    acceptRawUploads(uploads);
    uploads.withTypeProvider<TypeBoxTypeProvider>().put(
      "/sessions/:id/recording",
      {
        config: { act: "content:edit" },
        schema: {
          tags: ["sessions"],
          summary: "Upload the recording as the request body; ends its review",
          consumes: ["application/octet-stream"],
          params: IdParams,
          querystring: UploadQuery,
          response: { 200: SessionView },
        },
      },
      async (request) => {
        const { id: userId } = requireUser(request);
        return view(await sessions.uploadRecording(request.params.id, uploadFrom(request), userId));
      },
    );
  });
}
