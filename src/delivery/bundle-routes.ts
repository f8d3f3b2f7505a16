import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ActsWithin } from "../http/permission-guard.ts";
import { closed, enumOf, RegionCode } from "../http/schemas.ts";
import { decide } from "../media/media-conditions.ts";
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
          "nothing of a bundle that is older than what it holds, another's, or damaged. A download that was cut goes on by `Range` " +
          "with `If-Range`, as long as nothing has changed; otherwise the new one is sent whole. With `SM2-SM3` that is always so: " +
          "each of its signatures is another, also of the same playlist.",
        params: closed({ code: RegionCode }),
        querystring: closed({ kind: Type.Optional(enumOf(DEVICE_KINDS)) }),
        produces: ["application/x-tar"],
      },
    },
    async (request, reply) => {
      const { kind } = request.query;
      const { fileName, file } = await bundles.make(
        request.params.code,
        kind === undefined ? DEVICE_KINDS : [kind],
      );
      reply
        .header("etag", file.etag)
        .header("accept-ranges", "bytes")
        .header("cache-control", "private, no-cache");
      const decision = decide(request, file.etag, file.bytes);
      if (decision === "failed") return reply.code(412).send();
      if (decision === "unsatisfiable")
        return reply.code(416).header("content-range", `bytes */${file.bytes}`).send();
      if (decision === "unchanged") return reply.code(304).send();

      // Several parts at once are nothing that a download asks for.
      const [part, ...others] = decision === "whole" ? [] : decision;
      const isPart = part !== undefined && others.length === 0;
      const { start, end } = isPart ? part : { start: 0, end: file.bytes - 1 };
      if (isPart) reply.code(206).header("content-range", `bytes ${start}-${end}/${file.bytes}`);
      return reply
        .type("application/x-tar")
        .header("content-disposition", `attachment; filename="${fileName}"`)
        .header("content-length", end - start + 1)
        .send(file.read(start, end));
    },
  );
}
