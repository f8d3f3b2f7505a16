import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type TProperties, Type } from "typebox";
import { withinCode } from "../http/permission-guard.ts";
import { closed, nullable, RegionCode } from "../http/schemas.ts";
import { Policy, QuietHours } from "../protocol/messages.ts";
import { CountyPolicy, OwnAreaPolicy, type PolicyService } from "./policy.ts";

const from = <T extends TProperties>(properties: T) =>
  Type.Object({
    ...properties,
    regionCode: nullable(Type.String({ ...RegionCode, description: "null: the policy of the whole server" })),
  });
const Limit = nullable(from({ value: Type.Integer() }));

const AreaPolicyAnswer = Type.Object({
  regionCode: RegionCode,
  own: nullable(OwnAreaPolicy),
  version: Type.Integer({ description: "Counts the changes; 0 before the first" }),
  effective: Policy,
  origins: Type.Object(
    {
      quietHours: Type.Array(from(QuietHours.properties)),
      maxVolume: Limit,
      dailyMinutesCap: Limit,
      weeklyMinutesCap: Limit,
    },
    { description: "Which region each line of `effective` comes from" },
  ),
});

const CodeParams = closed({ code: RegionCode });
const VersionQuery = closed({
  ifVersion: Type.Optional(
    Type.Integer({ minimum: 0, description: "Refuse when changed since this version; 0: when there is one" }),
  ),
});

/** `/policy` and `/regions/:code/policy`; mounted under the API's prefix, inside the sign-in guard. */
export async function policyRoutes(instance: FastifyInstance, { policy }: { policy: PolicyService }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

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
        body: CountyPolicy,
        response: { 200: Policy },
      },
    },
    async (request) => policy.set(request.body),
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
        description:
          "Quiet hours add up; of volume and caps the smallest holds, and one above the enclosing region's is refused.",
        params: CodeParams,
        querystring: VersionQuery,
        body: OwnAreaPolicy,
        response: { 200: AreaPolicyAnswer },
      },
    },
    async (request) => policy.setArea(request.params.code, request.body, request.query.ifVersion),
  );

  app.delete(
    "/regions/:code/policy",
    {
      config: { act: "area-policy:edit", within: withinCode },
      schema: {
        tags: ["policy"],
        summary: "Take back what a region adds; what encloses it goes on holding",
        params: CodeParams,
        querystring: VersionQuery,
        response: { 200: AreaPolicyAnswer },
      },
    },
    async (request) => policy.setArea(request.params.code, null, request.query.ifVersion),
  );
}
