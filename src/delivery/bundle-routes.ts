import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ActsWithin } from "../http/permission-guard.ts";
import { closed, enumOf, RegionCode } from "../http/schemas.ts";
import { DEVICE_KINDS } from "../protocol/messages.ts";
import type { BundleService } from "./bundle.ts";

/** `/regions/{code}/bundle`; mounted under the API's prefix, inside the sign-in guard. */
export async function bundleRoutes(instance: FastifyInstance, { bundles }: { bundles: BundleService }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const areaOfBundle: ActsWithin = ({ params }) => [(params as { code: string }).code];

  app.get(
    "/regions/:code/bundle",
    {
      config: { act: "devices:manage", within: areaOfBundle },
      schema: {
        tags: ["devices"],
        summary:
          "What the devices of a village need for their coming broadcasts, in one file for a stick: signed playlists and media",
        description:
          "A tar file, as the protocol describes a bundle. Every device verifies its own playlist and each file, and takes " +
          "nothing of a bundle that is older than what it holds, another's, or damaged.",
        params: closed({ code: RegionCode }),
        querystring: closed({ kind: Type.Optional(enumOf(DEVICE_KINDS)) }),
        produces: ["application/x-tar"],
      },
    },
    async ({ params, query }, reply) => {
      const kinds = query.kind === undefined ? DEVICE_KINDS : [query.kind];
      const { fileName, content } = await bundles.make(params.code, kinds);
      return reply
        .type("application/x-tar")
        .header("content-disposition", `attachment; filename="${fileName}"`)
        .header("cache-control", "no-store")
        .send(content);
    },
  );
}
