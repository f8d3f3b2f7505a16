import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import type { DeviceIdentity } from "../devices/device.ts";
import { deviceOf, requireDevice } from "../devices/device-auth.ts";
import { AppError } from "../errors.ts";
import { Playlist } from "../protocol/messages.ts";
import type { Signer } from "../protocol/signing.ts";
import type { PlaylistService, PlaylistVersion } from "./playlist.ts";
import { playlistAnswer } from "./playlist-answer.ts";
import { createPlaylistGate } from "./playlist-gate.ts";

interface Options {
  playlists: PlaylistService;
  signer: Signer;
  /** Playlists made and signed at a time. */
  atOnce: number;
}

export async function playlistRoutes(instance: FastifyInstance, options: Options) {
  const { playlists, signer } = options;
  const gate = createPlaylistGate(options.atOnce);
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  async function sendSigned(reply: FastifyReply, device: DeviceIdentity, version: PlaylistVersion) {
    const jws = await gate.pass({ id: device.id, revision: version.revision }, () =>
      signer.sign("playlist", playlists.playlistFor(device, version)),
    );
    return reply
      .type("application/jose")
      .serializer((text: unknown) => text as string)
      .send(jws);
  }

  app.get(
    "/device/v1/playlist",
    {
      onRequest: requireDevice,
      // Whatever stands in these headers is text.
      validatorCompiler: () => () => true,
      schema: {
        tags: ["device link"],
        summary: "The device's playlist, signed (application/jose) or for debugging plain (application/json)",
        headers: Type.Object({
          accept: Type.Optional(Type.String()),
          "if-none-match": Type.Optional(Type.String()),
        }),
        response: { 200: Playlist, 304: Type.Null() },
      },
    },
    (request, reply) => {
      const device = deviceOf(request);
      const answer = playlistAnswer(playlists, device, request.headers);
      if (!answer) {
        throw new AppError("invalid", "Ask for application/jose or application/json.", {
          hint: "Set the Accept header.",
        });
      }
      const { version, representation, isHeld } = answer;
      reply.headers(answer.headers);
      if (isHeld) return void reply.code(304).send(undefined as never);
      if (representation === "json") return void reply.send(playlists.playlistFor(device, version));
      return sendSigned(reply, device, version);
    },
  );
}
