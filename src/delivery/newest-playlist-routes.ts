import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { toIso } from "../clock.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { AppError } from "../errors.ts";
import { IdParams } from "../http/schemas.ts";
import type { PlaylistService } from "./playlist.ts";
import { PlaylistAnswer } from "./playlist-view.ts";

interface Options {
  playlists: PlaylistService;
  devices: Pick<DeviceService, "get" | "identityOf">;
}

/** `/devices/:id/playlist`; mounted under the API's prefix, inside the sign-in guard. */
export async function newestPlaylistRoutes(instance: FastifyInstance, { playlists, devices }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/devices/:id/playlist",
    {
      config: {
        act: "devices:read",
        within: ({ params }) => [devices.get((params as { id: string }).id).regionCode],
      },
      schema: {
        tags: ["devices"],
        summary: "The playlist as the device gets it now, without the addresses of the media",
        description:
          "A device whose state tells the same revision has exactly this; another one has yet to fetch it.",
        params: IdParams,
        response: { 200: PlaylistAnswer },
      },
    },
    async ({ params }) => {
      const { id } = devices.get(params.id);
      const identity = devices.identityOf(id);
      if (!identity) {
        throw new AppError("conflict", "Only an enrolled device has a playlist.", {
          hint: "Enrol it with its code first.",
        });
      }
      const playlist = playlists.playlistFor(identity, playlists.versionFor(identity));
      const { revision, generatedAt, validUntil, broadcasts } = playlist;
      return {
        revision,
        generatedAt: toIso(generatedAt),
        validUntil: toIso(validUntil),
        broadcasts: broadcasts.map(({ startAt, notAfter, items, ...broadcast }) => ({
          ...broadcast,
          startAt: toIso(startAt),
          notAfter: toIso(notAfter),
          // An address is signed for the device.
          items: items.map(({ url: _, stream, ...item }) => ({ ...item, stream: stream?.sha256 ?? null })),
        })),
      };
    },
  );
}
