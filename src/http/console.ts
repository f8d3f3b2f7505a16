import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { AppError } from "../errors.ts";
import { SIGNED_IN_PATH } from "../people/oidc-settings.ts";

/** What `npm run console:build` makes of src/console. */
const built = fileURLToPath(new URL("../console/dist", import.meta.url));
const schema = { hide: true };

interface Options {
  /** What the terminal's page reaches besides this server: brokers by WebSocket, a server of media. */
  terminalReaches: string[];
}

/** The files of the web console at `/` and of the terminal's page; all are public, data comes from the API. */
export async function consoleRoutes(app: FastifyInstance, { terminalReaches }: Options) {
  if (!existsSync(join(built, "index.html"))) return refuse(app);
  const terminalPolicy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "worker-src 'self'",
    "media-src 'self' blob:",
    ["connect-src 'self'", ...terminalReaches].join(" "),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  await app.register(fastifyStatic, {
    root: built,
    prefix: "/",
    wildcard: false,
    globIgnore: ["**/*.{gz,br}"],
    preCompressed: true,
    index: ["index.html"],
    cacheControl: false,
    setHeaders(reply, path) {
      // What is below assets/ has its digest in its name.
      const isNamed = dirname(path).endsWith(`${sep}assets`);
      reply.header("cache-control", isNamed ? "public, max-age=31536000, immutable" : "no-cache");
      if (path.startsWith(join(built, "terminal"))) reply.header("content-security-policy", terminalPolicy);
    },
  });
  app.get(SIGNED_IN_PATH, { schema }, (_request, reply) => reply.sendFile("index.html"));
}

function refuse(app: FastifyInstance): void {
  for (const path of ["/", SIGNED_IN_PATH])
    app.get(path, { schema }, () => {
      throw new AppError("unavailable", "The console is not built.", {
        hint: "Run `npm run console:build`, then start the server anew.",
      });
    });
}
