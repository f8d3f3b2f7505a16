import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { reachFor } from "../http/permission-guard.ts";
import { closed } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import type { SoftwareChannelService } from "./software-channel-service.ts";
import { ChannelAnswer, ChannelId, ChannelsAnswer, Software } from "./software-channel-view.ts";

const IdParams = closed({ id: ChannelId });
/** `/software-channels`; mounted under the API's prefix, inside the sign-in guard. */
export async function softwareChannelRoutes(
  instance: FastifyInstance,
  { channels }: { channels: SoftwareChannelService },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["devices"];

  app.get(
    "/software-channels",
    {
      config: { act: "devices:read", within: () => "narrowed" },
      schema: {
        tags,
        summary: "Which software the devices of each channel are to run, and how many lag",
        response: {
          200: ChannelsAnswer,
        },
      },
    },
    async (request) => ({
      items: channels
        .list(reachFor(request, "devices:read"))
        .map((each) => ({ ...each, changedAt: toIso(each.changedAt) })),
    }),
  );

  app.put(
    "/software-channels/:id",
    {
      config: { act: "software:manage" },
      schema: {
        tags,
        summary:
          "Make a channel, or name other software for it: its devices are told with their next playlist",
        description:
          "The server brings no software onto a device: that is for the operator's own means, which gateways leave the wish to.",
        params: IdParams,
        body: closed({ software: Software }),
        response: { 200: ChannelAnswer },
      },
    },
    async (request) => {
      const set = channels.set(request.params.id, request.body.software, requireUser(request).name);
      return { ...set, changedAt: toIso(set.changedAt) };
    },
  );

  app.delete(
    "/software-channels/:id",
    {
      config: { act: "software:manage" },
      schema: {
        tags,
        summary: "Remove a channel that no device is in",
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      channels.remove(request.params.id);
      return reply.code(204).send(null);
    },
  );
}
