import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Targets } from "../broadcasts/targets.ts";
import type { ActsWithin } from "../http/permission-guard.ts";
import { closed, IdParams, NEWEST, PageQuery, pageFrom, pageOf } from "../http/schemas.ts";
import { requireUser, signInOf } from "../http/sign-in-guard.ts";
import type { MediaService } from "../media/media-service.ts";
import { AssetBody } from "../media/recording.ts";
import { acceptRawUploads, UploadQuery, uploadFrom } from "../media/upload.ts";
import type { FreshProof } from "../people/fresh-proof.ts";
import { FreshProofBody } from "../people/person-view.ts";
import type { Announcement } from "./announcement.ts";
import type { AnnouncementService } from "./announcement-service.ts";
import type { CorrectionService } from "./correction-service.ts";
import { instantIn } from "./instant-in.ts";
import {
  AnnouncementView,
  CorrectionBody,
  CorrectionView,
  NewAnnouncementBody,
  viewAnnouncement,
} from "./interrupt-view.ts";

interface Options {
  corrections: CorrectionService;
  announcements: AnnouncementService;
  freshProof: FreshProof;
  media: MediaService;
}

export async function announcementRoutes(
  instance: FastifyInstance,
  { announcements, corrections, freshProof, media }: Options,
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const view = (announcement: Announcement) => viewAnnouncement(media, announcement);
  const idOf = (params: unknown) => (params as { id: string }).id;
  const areasOfNew: ActsWithin = ({ body }) => (body as Static<typeof NewAnnouncementBody>).targets.regions;
  const areasOfAnnouncement: ActsWithin = ({ params }) => announcements.get(idOf(params)).broadcast.areas;
  const areasOfCorrection: ActsWithin = ({ params }) => corrections.draft(idOf(params)).targets.areas;

  app.post(
    "/announcements",
    {
      config: { act: "announcements:air", within: areasOfNew },
      schema: {
        tags: ["interrupts"],
        summary: "Air an announcement or a drill, now or at a time; its broadcast has the same id",
        description:
          "It airs once its recording is rendered: its start and its devices' proof are those of `GET /broadcasts/{id}`, " +
          "and `POST /broadcasts/{id}/stop` ends it. What a whole county would hear inside its quiet hours waits for a second " +
          "person first, see `confirmation`.",
        body: NewAnnouncementBody,
        response: { 201: AnnouncementView },
      },
    },
    async (request, reply) => {
      const { targets, startAt, notAfter, volume, repeat, ...rest } = request.body;
      const announcement = await announcements.create(
        {
          ...rest,
          targets: targetsFrom(targets),
          startAt: instantIn("/startAt", startAt),
          notAfter: instantIn("/notAfter", notAfter),
          volume: volume ?? null,
          repeats: repeat,
          corrects: null,
        },
        requireUser(request).id,
      );
      reply.code(201).header("location", `/api/v1/announcements/${announcement.interrupt.id}`);
      return view(announcement);
    },
  );

  app.get(
    "/announcements",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["interrupts"],
        summary: "Announcements and drills, newest first",
        querystring: closed({
          ...PageQuery,
          waiting: Type.Boolean({ default: false, description: "Only those that wait for a second person" }),
        }),
        response: { 200: pageOf(AnnouncementView) },
      },
    },
    async ({ query: { limit, cursor, waiting } }) => {
      const rows = announcements.page({ before: cursor ?? NEWEST, waiting }, limit + 1);
      const page = pageFrom(rows, limit, ({ interrupt }) => interrupt.id);
      return { ...page, items: page.items.map(view) };
    },
  );

  app.get(
    "/announcements/:id",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["interrupts"],
        summary: "One announcement or drill",
        params: IdParams,
        response: { 200: AnnouncementView },
      },
    },
    async ({ params }) => view(announcements.get(params.id)),
  );

  app.put(
    "/announcements/:id/asset",
    {
      config: { act: "announcements:air", within: areasOfAnnouncement },
      schema: {
        tags: ["interrupts"],
        summary: "Use a recording that is there already for an announcement that waits for one",
        params: IdParams,
        body: AssetBody,
        response: { 200: AnnouncementView },
      },
    },
    async (request) =>
      view(announcements.useAsset(request.params.id, request.body.sha256, requireUser(request).id)),
  );

  app.post(
    "/announcements/:id/confirm",
    {
      config: { act: "announcements:confirm", within: areasOfAnnouncement },
      schema: {
        tags: ["interrupts"],
        summary:
          "Confirm an announcement or a drill that a whole county would hear inside its quiet hours, as another person",
        description:
          "It airs at its time then, or as soon as it can; of a live voice its maker has two minutes to begin. What nobody " +
          "confirms by `confirmBy` is not aired. `POST /broadcasts/{id}/stop` calls it off.",
        params: IdParams,
        body: FreshProofBody,
        response: { 200: AnnouncementView },
      },
    },
    async (request) => {
      const { id } = announcements.get(request.params.id).interrupt;
      const confirm = () => announcements.confirm(id, requireUser(request).id);
      return view(await freshProof.require(signInOf(request), request.body ?? {}, request.ip, confirm));
    },
  );

  app.get(
    "/broadcasts/:id/correction",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["interrupts"],
        summary: "A ready text that puts a broadcast right, and where it was heard",
        params: IdParams,
        response: { 200: CorrectionView },
      },
    },
    async ({ params }) => {
      const { title, text, targets } = corrections.draft(params.id);
      const { areas, kinds, exclude, groups, tags } = targets;
      return {
        title,
        text,
        targets: {
          regions: [...areas],
          kinds: [...kinds],
          exclude: [...exclude],
          groups: [...groups],
          tags: [...tags],
        },
      };
    },
  );

  app.post(
    "/broadcasts/:id/correction",
    {
      config: { act: "announcements:air", within: areasOfCorrection },
      schema: {
        tags: ["interrupts"],
        summary: "Air a correction now, in the areas where devices reported that the broadcast was heard",
        params: IdParams,
        body: CorrectionBody,
        response: { 201: AnnouncementView },
      },
    },
    async (request, reply) => {
      const source = request.body?.source ?? null;
      const announcement = await corrections.air(request.params.id, source, requireUser(request).id);
      reply.code(201).header("location", `/api/v1/announcements/${announcement.interrupt.id}`);
      return view(announcement);
    },
  );

  await app.register(async (uploads) => {
    acceptRawUploads(uploads);
    uploads.withTypeProvider<TypeBoxTypeProvider>().put(
      "/announcements/:id/recording",
      {
        config: { act: "announcements:air", within: areasOfAnnouncement },
        schema: {
          tags: ["interrupts"],
          summary: "Send the recording of an announcement that waits for one, as the request body",
          consumes: ["application/octet-stream"],
          params: IdParams,
          querystring: UploadQuery,
          response: { 200: AnnouncementView },
        },
      },
      async (request) => {
        const { id } = requireUser(request);
        return view(await announcements.uploadRecording(request.params.id, uploadFrom(request), id));
      },
    );
  });
}

const targetsFrom = ({
  regions,
  kinds,
  exclude = [],
  groups = [],
  tags = [],
}: Static<typeof NewAnnouncementBody>["targets"]): Targets => ({
  areas: regions,
  kinds,
  exclude,
  groups,
  tags,
});
