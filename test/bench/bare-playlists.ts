import Fastify from "fastify";
import { ACCEPT_QUEUE } from "../../src/http/accept-queue.ts";

/** Fastify as it comes, which finds the entity tag of a bearer token in memory, and nothing of ours: the baseline of the storm of fetches. */
const app = Fastify();
const etags = new Map<string, string>();

app.get("/device/v1/playlist", async (request, reply) => {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) return reply.code(401).send();
  const etag = etags.get(token) ?? `"${token}"`;
  etags.set(token, etag);
  reply.header("etag", etag);
  if (request.headers["if-none-match"] === etag) return reply.code(304).send();
  return reply.type("application/jose").send("x".repeat(4000));
});
process.send?.(await app.listen({ port: 0, host: "127.0.0.1", backlog: ACCEPT_QUEUE }));
