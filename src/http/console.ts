import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { SIGNED_IN_PATH } from "../people/oidc-settings.ts";

const root = fileURLToPath(new URL("../console", import.meta.url));
/** As its package brings it, made for browsers: the console has no build of its own. */
const require = createRequire(import.meta.url);
const resumableUploads = require.resolve("tus-js-client/dist/tus.min.js");
const digests = dirname(require.resolve("@noble/hashes/sha2.js"));
/** SHA-256 alone, with the modules that it imports. */
const DIGEST_MODULES = ["sha2.js", "_md.js", "_u64.js", "utils.js"];

/** The web console's files at `/`; everything in them is public, data comes from the API. */
export async function consoleRoutes(app: FastifyInstance) {
  await app.register(fastifyStatic, {
    root,
    prefix: "/",
    wildcard: false,
    index: "index.html",
    maxAge: 0,
  });
  app.get(SIGNED_IN_PATH, { schema: { hide: true } }, (_request, reply) => reply.sendFile("index.html"));
  app.get("/vendor/tus.min.js", { schema: { hide: true } }, (_request, reply) =>
    reply.sendFile(basename(resumableUploads), dirname(resumableUploads)),
  );
  for (const name of DIGEST_MODULES)
    app.get(`/vendor/noble-hashes/${name}`, { schema: { hide: true } }, (_request, reply) =>
      reply.sendFile(name, digests),
    );
}
