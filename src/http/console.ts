import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

const root = fileURLToPath(new URL("../console", import.meta.url));

/** The web console's files at `/`; everything in them is public, data comes from the API. */
export async function consoleRoutes(app: FastifyInstance) {
  await app.register(fastifyStatic, {
    root,
    prefix: "/",
    wildcard: false,
    index: "index.html",
    maxAge: 0,
  });
}
