import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { StopBody } from "../broadcasts/broadcast-view.ts";
import type { ActsWithin } from "../http/permission-guard.ts";
import {
  closed,
  enumOf,
  IdParams,
  Instant,
  NEWEST,
  PageQuery,
  pageFrom,
  pageOf,
  RegionCode,
  Title,
  Uuid,
} from "../http/schemas.ts";
import { requireUser, signInOf } from "../http/sign-in-guard.ts";
import type { MediaService } from "../media/media-service.ts";
import type { FreshProof } from "../people/fresh-proof.ts";
import { FreshProofBody } from "../people/person-view.ts";
import type { CapService } from "./cap-service.ts";
import type { EmergencyView } from "./emergency.ts";
import type { EmergencyService } from "./emergency-service.ts";
import { EmergencyBody, Severity, viewEmergency } from "./emergency-view.ts";
import { instantIn } from "./instant-in.ts";
import { SourceAtHand } from "./interrupt-view.ts";

const MAX_AREAS = 2_000;

const NewEmergencyBody = closed({
  title: Title,
  class: enumOf(["emergency", "drill"], {
    description: "A drill goes the same way, is marked as one, and yields to what is not",
  }),
  severity: Type.Optional(Severity),
  source: SourceAtHand,
  areas: Type.Array(RegionCode, {
    minItems: 1,
    maxItems: MAX_AREAS,
    uniqueItems: true,
    description: "Each with everything below it",
  }),
  until: Type.String({ ...Instant, description: "At most a day ahead" }),
  silent: Type.Boolean({ default: false, description: "Drills only" }),
  replaces: Type.Optional(
    Type.String({ ...Uuid, description: "The emergency that ends when this one begins" }),
  ),
});

const MAX_CAP_BYTES = 256 * 1024;
const CapQuery = closed({
  areas: Type.Optional(
    Type.Array(Type.String({ maxLength: 300, pattern: "^.+:[1-9][0-9]{11}$" }), {
      maxItems: 500,
      description: "`name:code` for areas that the message names without an administrative code",
    }),
  ),
});

/** The codes by name, of which one may have several. */
function areaMap(pairs: readonly string[]): Map<string, string[]> {
  const split = pairs.map((pair) => {
    const at = pair.lastIndexOf(":");
    return { name: pair.slice(0, at), code: pair.slice(at + 1) };
  });
  const byName = Map.groupBy(split, ({ name }) => name);
  return new Map([...byName].map(([name, list]) => [name, list.map(({ code }) => code)]));
}

interface Options {
  cap: CapService;
  emergencies: EmergencyService;
  freshProof: FreshProof;
  media: MediaService;
}

export async function emergencyRoutes(
  instance: FastifyInstance,
  { cap, emergencies, freshProof, media }: Options,
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const view = (emergency: EmergencyView) => viewEmergency(media, emergency);
  /** What one replaces ends as well. */
  const areasWith = (areas: readonly string[], replaces: string | null = null): readonly string[] =>
    replaces === null ? areas : [...areas, ...emergencies.get(replaces).emergency.areas];
  const areasOfProposal: ActsWithin = ({ body }) => {
    const { areas, replaces } = body as Static<typeof NewEmergencyBody>;
    return areasWith(areas, replaces);
  };
  const areasOfEmergency: ActsWithin = ({ params }) => {
    const { areas, replaces } = emergencies.get((params as { id: string }).id).emergency;
    return areasWith(areas, replaces);
  };

  app.post(
    "/emergencies",
    {
      config: { act: "emergencies:propose", within: areasOfProposal },
      schema: {
        tags: ["interrupts"],
        summary:
          "Propose an emergency; nothing is heard until another person confirms it, within ten minutes",
        body: NewEmergencyBody,
        response: { 201: EmergencyBody },
      },
    },
    async (request, reply) => {
      const { until, replaces, severity, ...rest } = request.body;
      const proposal = {
        ...rest,
        severity: severity ?? null,
        until: instantIn("/until", until) ?? 0,
        replaces: replaces ?? null,
      };
      const proposed = await emergencies.propose(proposal, requireUser(request).id);
      reply.code(201).header("location", `/api/v1/emergencies/${proposed.emergency.id}`);
      return view(proposed);
    },
  );

  app.post(
    "/emergencies/:id/confirm",
    {
      config: { act: "emergencies:confirm", within: areasOfEmergency },
      schema: {
        tags: ["interrupts"],
        summary:
          "Start a proposed emergency, as another person; it is repeated on its areas' devices until its end",
        description: "From then on `GET /broadcasts/{id}` is its proof.",
        params: IdParams,
        body: FreshProofBody,
        response: { 200: EmergencyBody },
      },
    },
    async (request) => {
      const { id } = emergencies.get(request.params.id).emergency;
      const confirm = () => emergencies.confirm(id, requireUser(request).id);
      return view(await freshProof.require(signInOf(request), request.body ?? {}, request.ip, confirm));
    },
  );

  app.post(
    "/emergencies/:id/stop",
    {
      config: { act: "broadcasts:stop", within: areasOfEmergency },
      schema: {
        tags: ["interrupts"],
        summary: "End or withdraw an emergency; one person is enough",
        params: IdParams,
        body: StopBody,
        response: { 200: EmergencyBody },
      },
    },
    async (request) => {
      const reason = request.body?.reason ?? "stopped by hand";
      return view(emergencies.stop(request.params.id, requireUser(request).id, reason));
    },
  );

  await app.register(async (messages) => {
    messages.removeAllContentTypeParsers();
    messages.addContentTypeParser(
      ["application/cap+xml", "application/xml", "text/xml"],
      { parseAs: "string", bodyLimit: MAX_CAP_BYTES },
      (_request, body, done) => done(null, body),
    );
    messages.withTypeProvider<TypeBoxTypeProvider>().post(
      "/emergencies/cap",
      {
        config: { act: "emergencies:import" },
        schema: {
          tags: ["interrupts"],
          summary: "Take in a CAP 1.2 message: Alert and Update propose, Cancel ends what it refers to",
          description:
            "Exercise is a drill; Actual is an emergency when it is Extreme or Severe, Immediate or Expected, and Observed " +
            "or Likely, and an announcement otherwise. Each needs a second person, as any proposal. 200: it was here before.",
          consumes: ["application/cap+xml", "application/xml", "text/xml"],
          querystring: CapQuery,
          body: Type.String({ minLength: 1 }),
          response: { 200: EmergencyBody, 201: EmergencyBody },
        },
      },
      async (request, reply) => {
        const mapped = areaMap(request.query.areas ?? []);
        const { isNew, ...taken } = await cap.take(request.body, mapped, requireUser(request).id);
        return reply.code(isNew ? 201 : 200).send(view(taken));
      },
    );
  });

  app.get(
    "/emergencies",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["interrupts"],
        summary: "Emergencies and their drills, newest first",
        querystring: closed({
          ...PageQuery,
          open: Type.Boolean({ default: false, description: "Only those that wait, are confirmed or stand" }),
        }),
        response: { 200: pageOf(EmergencyBody) },
      },
    },
    async ({ query: { limit, cursor, open } }) => {
      const rows = emergencies.page({ before: cursor ?? NEWEST, open }, limit + 1);
      const page = pageFrom(rows, limit, ({ emergency }) => emergency.id);
      return { ...page, items: page.items.map(view) };
    },
  );

  app.get(
    "/emergencies/:id",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["interrupts"],
        summary: "One emergency",
        params: IdParams,
        response: { 200: EmergencyBody },
      },
    },
    async ({ params }) => view(emergencies.get(params.id)),
  );
}
