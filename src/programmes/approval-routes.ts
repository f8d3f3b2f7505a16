import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { TSchema } from "typebox";
import { IdParams } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";

interface Options<Content> {
  /** `/episodes` or `/sessions`; also the tag. */
  path: string;
  service: {
    approve(id: string, userId: string): Content;
    withdrawApproval(id: string, userId: string): Content;
  };
  view: (content: Content) => unknown;
  schema: TSchema;
}

/** Giving an approval and taking it back, the same for episodes and sessions. */
export function addApprovalRoutes<Content>(instance: FastifyInstance, options: Options<Content>): void {
  const { path, service, view, schema } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const common = { tags: [path.slice(1)], params: IdParams, response: { 200: schema } };

  app.post(
    `${path}/:id/approve`,
    {
      config: { act: "content:approve" },
      schema: { ...common, summary: "Let it air: every recording is transcoded and has been heard" },
    },
    async (request) => view(service.approve(request.params.id, requireUser(request).id)),
  );

  app.post(
    `${path}/:id/withdraw-approval`,
    {
      config: { act: "content:withdraw" },
      schema: {
        ...common,
        summary: "Take the approval back; a broadcast of it that is frozen or on air is stopped",
      },
    },
    async (request) => view(service.withdrawApproval(request.params.id, requireUser(request).id)),
  );
}
