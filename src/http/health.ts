import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { type Clock, SECOND_MS } from "../clock.ts";

/** One thing the server needs in order to do its work; `null` when it is well, else what is wrong. */
export type ReadinessCheck = () => string | null;

const Health = Type.Object({ status: Type.Literal("ok") });
const Readiness = Type.Object({
  status: Type.Union([Type.Literal("ready"), Type.Literal("not ready")]),
  checks: Type.Record(Type.String(), Type.String()),
  notices: Type.Record(Type.String(), Type.String(), {
    description:
      "What somebody should see to, although the server does its work; looked for every five seconds",
  }),
});

interface Options {
  checks: Record<string, ReadinessCheck>;
  /** What somebody should see to; they leave the server ready. */
  notices: Record<string, ReadinessCheck>;
  clock: Clock;
}

/** Notices are of days; looking for them reads files, and anybody may ask as often as they like. */
const NOTICES_HOLD_MS = 5 * SECOND_MS;

const ask = (checks: Record<string, ReadinessCheck>) =>
  Object.entries(checks).map(([name, check]) => [name, check()] as const);

/** `/healthz`: the process answers. `/readyz`: it can do its work; 503 otherwise, naming what is missing. */
export async function healthRoutes(app: FastifyInstance, { checks, notices, clock }: Options) {
  let noticed: { at: number; found: Record<string, string> } | null = null;
  function notice(): Record<string, string> {
    const now = clock.steadyMs();
    if (noticed !== null && now - noticed.at < NOTICES_HOLD_MS) return noticed.found;
    const found = ask(notices).flatMap(([name, text]) => (text === null ? [] : [[name, text] as const]));
    noticed = { at: now, found: Object.fromEntries(found) };
    return noticed.found;
  }

  app.get(
    "/healthz",
    { logLevel: "warn", schema: { tags: ["operation"], summary: "Alive", response: { 200: Health } } },
    async () => ({ status: "ok" as const }),
  );

  app.get(
    "/readyz",
    {
      logLevel: "warn",
      schema: { tags: ["operation"], summary: "Able to work", response: { 200: Readiness, 503: Readiness } },
    },
    async (_request, reply) => {
      const results = ask(checks);
      const ready = results.every(([, problem]) => problem === null);
      reply.code(ready ? 200 : 503);
      return {
        status: ready ? "ready" : "not ready",
        checks: Object.fromEntries(results.map(([name, problem]) => [name, problem ?? "ok"])),
        notices: notice(),
      };
    },
  );
}
