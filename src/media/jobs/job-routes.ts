import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { type Clock, toIso } from "../../clock.ts";
import { eventStreams } from "../../http/event-stream.ts";
import {
  closed,
  enumOf,
  IdParams,
  Instant,
  NEWEST,
  nullable,
  PageQuery,
  pageFrom,
  pageOf,
  Uuid,
} from "../../http/schemas.ts";
import type { WhoAsks } from "../../http/sign-in-guard.ts";
import type { MediaService } from "../media-service.ts";
import { etaOf, JOB_KINDS, JOB_STATES, type Job } from "./job.ts";

const JobView = Type.Object(
  {
    id: Uuid,
    kind: enumOf(JOB_KINDS),
    subject: Type.String({ description: "A recording's SHA-256 (`listen`), or a composition's id" }),
    title: Type.String({ description: "Of what is worked on" }),
    state: enumOf(JOB_STATES),
    progress: Type.Integer({ minimum: 0, maximum: 100, description: "Per cent" }),
    etaMs: nullable(Type.Integer({ description: "What is left at the pace so far" })),
    airAt: nullable(Instant),
    failures: Type.Integer({ description: "Attempts that failed" }),
    abandonments: Type.Integer({ description: "Times in a row that the server ended during the work" }),
    notBefore: nullable(Instant),
    error: nullable(Type.String({ description: "Why it failed, with ffmpeg's last words and what to do" })),
    createdAt: Instant,
    updatedAt: Instant,
  },
  { description: "Work on recordings: listening to one, or making its renditions" },
);
type JobView = Static<typeof JobView>;

/** More are not on a page at once, and a queue of thousands would come before the first thing that happens. */
const TOLD_AT_FIRST = 100;

interface Options {
  media: MediaService;
  clock: Clock;
  whoAsks: WhoAsks;
}

export async function jobRoutes(instance: FastifyInstance, { media, clock, whoAsks }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["media"];

  const view = (job: Job): JobView => ({
    id: job.id,
    kind: job.kind,
    subject: job.subject,
    title: media.titleOf(job),
    state: job.state,
    progress: job.progress,
    etaMs: etaOf(job, clock.now()),
    airAt: job.airAt === null ? null : toIso(job.airAt),
    failures: job.failures,
    abandonments: job.abandonments,
    notBefore: job.state === "queued" && job.notBefore > 0 ? toIso(job.notBefore) : null,
    error: job.error,
    createdAt: toIso(job.createdAt),
    updatedAt: toIso(job.updatedAt),
  });

  app.get(
    "/jobs",
    {
      config: { act: "content:read" },
      schema: {
        tags,
        summary: "Work on recordings, newest first",
        querystring: closed({ ...PageQuery, state: Type.Optional(enumOf(JOB_STATES)) }),
        response: { 200: pageOf(JobView) },
      },
    },
    async ({ query: { state, limit, cursor } }) => {
      const page = pageFrom(
        media.jobs.page(state ?? null, cursor ?? NEWEST, limit + 1),
        limit,
        (job) => job.id,
      );
      return { ...page, items: page.items.map(view) };
    },
  );

  app.get(
    "/jobs/:id",
    {
      config: { act: "content:read" },
      schema: { tags, summary: "One job", params: IdParams, response: { 200: JobView } },
    },
    async ({ params }) => view(media.jobs.get(params.id)),
  );

  app.post(
    "/jobs/:id/cancel",
    {
      config: { act: "jobs:manage" },
      schema: {
        tags,
        summary: "End a job; what it was to make is not made until it is asked for again",
        params: IdParams,
        response: { 200: JobView },
      },
    },
    async ({ params }) => view(media.jobs.cancel(params.id)),
  );

  app.post(
    "/jobs/:id/retry",
    {
      config: { act: "jobs:manage" },
      schema: {
        tags,
        summary: "Ask anew for what a failed or cancelled job was to do; answers with the job that does it",
        params: IdParams,
        response: { 200: JobView },
      },
    },
    async ({ params }) => view(media.jobs.retry(params.id)),
  );

  await app.register(async (scope) => {
    const streamTo = await eventStreams(scope, whoAsks);
    scope.get(
      "/jobs/events",
      {
        config: { act: "content:read" },
        sse: "only",
        schema: {
          tags,
          summary: "Jobs as they change: server-sent events named `job`, each with one job",
          description:
            "Each connection begins with an event `open`, after which what was told before counts no more, and with one " +
            `\`job\` for each of the ${TOLD_AT_FIRST} most urgent that are running or queued. \`open\` says how many there ` +
            "are in all (`open`) and how many of them follow (`told`): the rest is in the pages of `GET /jobs?state=queued`, " +
            "and each of them is told as soon as it changes.",
          produces: ["text/event-stream"],
        },
      },
      async (request, reply) => {
        const stream = streamTo(request, reply);
        const tell = (job: Job) => stream.send("job", () => view(job));
        stream.onClose(media.jobs.watch(tell));
        // Events have no id: what changed during a reconnection is in what is open now.
        const open = media.jobs.open(TOLD_AT_FIRST);
        stream.send("open", () => ({ open: media.jobs.countOpen(), told: open.length }));
        for (const job of open) tell(job);
      },
    );
  });
}
