import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { decorateWithDevice, deviceOf, requireDevice } from "../devices/device-auth.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { AppError } from "../errors.ts";
import { matchesEtag } from "../http/etag.ts";
import { Playlist } from "../protocol/messages.ts";
import type { Signer } from "../protocol/signing.ts";
import type { PlaylistService } from "./playlist.ts";
import { createPlaylistGate } from "./playlist-gate.ts";

interface Options {
  playlists: PlaylistService;
  signer: Signer;
  devices: Pick<DeviceService, "authenticateToken">;
  /** Playlists made and signed at a time. */
  atOnce: number;
}

type Representation = "jose" | "json";

/** Signed unless plain JSON is asked for by name: a device must not end up unsigned by a vague Accept header. */
function representationFor(accept: string | undefined): Representation | null {
  const types = (accept ?? "*/*").split(",").map((part) => part.split(";")[0]?.trim().toLowerCase());
  if (types.includes("application/jose")) return "jose";
  if (types.includes("application/json")) return "json";
  return types.includes("*/*") || types.includes("application/*") ? "jose" : null;
}

export async function playlistRoutes(instance: FastifyInstance, options: Options) {
  const { playlists, signer, devices } = options;
  const gate = createPlaylistGate(options.atOnce);
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  decorateWithDevice(app);

  app.get(
    "/device/v1/playlist",
    {
      onRequest: requireDevice(devices),
      // A county polls: its log lines would cost more than the answers.
      logLevel: "warn",
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
    async (request, reply) => {
      const device = deviceOf(request);
      const representation = representationFor(request.headers.accept);
      if (!representation) {
        throw new AppError("invalid", "Ask for application/jose or application/json.", {
          hint: "Set the Accept header.",
        });
      }
      const version = playlists.versionFor(device);
      const etag = `"${version.tag}-${representation}"`;
      reply
        .header("etag", etag)
        .header("vary", "accept, authorization")
        .header("cache-control", "private, no-cache");
      if (matchesEtag(request.headers["if-none-match"], etag)) return reply.code(304).send(null);
      if (representation === "json") return playlists.playlistFor(device, version);
      const jws = await gate.pass({ id: device.id, revision: version.revision }, () =>
        signer.sign("playlist", playlists.playlistFor(device, version)),
      );
      return reply
        .type("application/jose")
        .serializer((text) => text as string)
        .send(jws as never);
    },
  );
}
