import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { withinCode } from "../http/permission-guard.ts";
import { closed, nullable, RegionCode } from "../http/schemas.ts";
import { requireUser, signInOf } from "../http/sign-in-guard.ts";
import type { FreshProof } from "../people/fresh-proof.ts";
import { FreshProofFields } from "../people/person-view.ts";
import { Policy } from "../protocol/messages.ts";
import type { PolicyService } from "./policy.ts";
import { CountyPolicy, OwnAreaPolicy } from "./policy-schemas.ts";
import { AreaPolicyAnswer, ShortenedHoursView } from "./policy-view.ts";
import type { ShortenedHours } from "./shortened-hours.ts";

/** Of the operations that may make quiet hours shorter. */
const shorter = {
  description:
    "A county's shorter quiet hours hold at once; for what takes two people they count as they were until " +
    "`POST /policy/shortened-hours/confirm`.",
};

const CodeParams = closed({ code: RegionCode });
const VersionQuery = closed({
  ifVersion: Type.Optional(
    Type.Integer({ minimum: 0, description: "Refuse when changed since this version; 0: when there is one" }),
  ),
});

interface Options {
  freshProof: FreshProof;
  policy: PolicyService;
  regions: { get(code: string): { name: string } };
}

/** `/policy` and `/regions/:code/policy`; mounted under the API's prefix, inside the sign-in guard. */
export async function policyRoutes(instance: FastifyInstance, { freshProof, policy, regions }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const hoursNow = (code: string | null) =>
    (code === null ? policy.get() : policy.ofArea(code).own)?.quietHours ?? [];
  const view = ({ regionCode, agreed, by, at, version }: ShortenedHours) => ({
    regionCode,
    regionName: regionCode === null ? null : regions.get(regionCode).name,
    before: agreed,
    now: hoursNow(regionCode),
    shortenedBy: by,
    at: toIso(at),
    version,
  });

  app.get(
    "/policy",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["policy"],
        summary: "Quiet hours, volume and caps that hold everywhere",
        response: { 200: Policy },
      },
    },
    async () => policy.get(),
  );

  app.put(
    "/policy",
    {
      config: { act: "policy:edit" },
      schema: {
        tags: ["policy"],
        summary:
          "Set what holds everywhere; every device gets it with its next playlist and keeps it by itself",
        ...shorter,
        body: CountyPolicy,
        response: { 200: Policy },
      },
    },
    async (request) => policy.set(request.body, requireUser(request).id),
  );

  app.get(
    "/policy/shortened-hours",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["policy"],
        summary:
          "The quiet hours of a county, or around it, that were made shorter and that no second person has confirmed",
        response: { 200: Type.Object({ items: Type.Array(ShortenedHoursView) }) },
      },
    },
    async () => ({ items: policy.shortened().map(view) }),
  );

  app.post(
    "/policy/shortened-hours/confirm",
    {
      config: { act: "timetable:confirm" },
      schema: {
        tags: ["policy"],
        summary:
          "Confirm shorter quiet hours as another person: they count for what takes two people, too, from now on",
        body: closed({
          regionCode: nullable(
            Type.String({ ...RegionCode, description: "null: the policy of the whole server" }),
          ),
          version: Type.Integer({ minimum: 1, description: "Refused when they were changed since" }),
          ...FreshProofFields,
        }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { regionCode, version } = request.body;
      await freshProof.require(signInOf(request), request.body, request.ip, () =>
        policy.confirmShortened(regionCode, version, requireUser(request).id),
      );
      return reply.code(204).send(null);
    },
  );

  app.get(
    "/regions/:code/policy",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["policy"],
        summary: "What a region adds, what holds in it, and where each line comes from",
        params: CodeParams,
        response: { 200: AreaPolicyAnswer },
      },
    },
    async (request) => policy.ofArea(request.params.code),
  );

  app.put(
    "/regions/:code/policy",
    {
      config: { act: "area-policy:edit", within: withinCode },
      schema: {
        tags: ["policy"],
        summary: "Set what a region adds to what encloses it: it may only be stricter",
        description: `Quiet hours add up; of volume and caps the smallest holds, and one above the enclosing region's is refused. ${shorter.description}`,
        params: CodeParams,
        querystring: VersionQuery,
        body: OwnAreaPolicy,
        response: { 200: AreaPolicyAnswer },
      },
    },
    async (request) =>
      policy.setArea(request.params.code, request.body, requireUser(request).id, request.query.ifVersion),
  );

  app.delete(
    "/regions/:code/policy",
    {
      config: { act: "area-policy:edit", within: withinCode },
      schema: {
        tags: ["policy"],
        summary: "Take back what a region adds; what encloses it goes on holding",
        ...shorter,
        params: CodeParams,
        querystring: VersionQuery,
        response: { 200: AreaPolicyAnswer },
      },
    },
    async (request) =>
      policy.setArea(request.params.code, null, requireUser(request).id, request.query.ifVersion),
  );
}
