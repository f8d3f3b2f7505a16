import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";
import { addressBlock } from "./address-block.ts";
import type { WhoAsks } from "./sign-in-guard.ts";

export interface RateLimitOptions {
  /** Requests a minute of one account, script or device, or of all strangers from one address. */
  perMinute: number;
  whoAsks: WhoAsks;
  /** See `createDeviceRate`. */
  countDevice: (deviceId: string) => number | null;
}

const WINDOW = "1 minute";
/** Accounts, scripts and strangers' addresses that are counted; beyond, who asked last longest ago is forgotten. */
const COUNTED = 50_000;

/** An `onRequest` hook, to be added before any guard. @throws {AppError} `too_many`, with a Retry-After */
export type CountRequest = (
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => Promise<void> | undefined;

/**
 * Counts requests: who is known counts for itself, so that neither a script nor a stranger uses up what an office or a town
 * behind one address has; all that is made up counts for the address. Routes with a `rateLimit` of their own, where passwords
 * and codes are tried, count there as well.
 */
export async function createRateLimits(
  app: FastifyInstance,
  options: RateLimitOptions,
): Promise<CountRequest> {
  const { perMinute: max, whoAsks, countDevice } = options;
  await app.register(rateLimit, {
    global: false,
    cache: COUNTED,
    keyGenerator: (request) => personOf(request) ?? addressOf(request),
    errorResponseBuilder: (request, { after }) => tooMany(personOf(request) ?? addressOf(request), after),
  });

  function whoCounts(request: FastifyRequest): string {
    const signIn = whoAsks(request);
    if (!signIn) return addressOf(request);
    return signIn.scopes === null ? `person ${signIn.user.id}` : `token ${signIn.id}`;
  }

  const count = app.createRateLimit({ max, timeWindow: WINDOW, keyGenerator: whoCounts });
  async function countOther(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (isUnlimited(request, whoAsks)) return;
    const counted = await count(request);
    if (counted.isAllowed) return;
    reply.headers({
      "x-ratelimit-limit": counted.max,
      "x-ratelimit-remaining": counted.remaining,
      "x-ratelimit-reset": counted.ttlInSeconds,
    });
    if (!counted.isExceeded) return;
    reply.header("retry-after", counted.ttlInSeconds);
    throw tooMany(counted.key, `${counted.ttlInSeconds} seconds`);
  }

  return (request, reply, done) => {
    if (!request.device) return countOther(request, reply);
    const waitS = countDevice(request.device.id);
    if (waitS !== null) reply.header("retry-after", waitS);
    done(waitS === null ? undefined : tooMany(`device ${request.device.id}`, `${waitS} seconds`));
    return undefined;
  };
}

const addressOf = ({ ip }: FastifyRequest): string => `address ${addressBlock(ip)}`;
const personOf = ({ signIn }: FastifyRequest): string | null => signIn && `person ${signIn.user.id}`;

const tooMany = (key: string, after: string) =>
  new AppError(
    "too_many",
    key.startsWith("address ")
      ? "Too many requests from this address."
      : "Too many requests of this account, script or device.",
    { hint: `Try again in ${after}.` },
  );

/** On a bad day these must work: whoever has used up all there is may still press stop. */
const STOPS = new Set(["/api/v1/stop", "/api/v1/broadcasts/:id/stop", "/api/v1/emergencies/:id/stop"]);

/**
 * The stops, and who speaks live, two pieces a second, once it is known who asks; the console's files. By the route that answers, as one address can be written in
 * many ways; what no route answers counts.
 */
function isUnlimited(request: FastifyRequest, whoAsks: WhoAsks): boolean {
  const { method, routeOptions } = request;
  const { url: route } = routeOptions;
  if (route === undefined) return false;
  const isUrgent = (method === "POST" && STOPS.has(route)) || route.startsWith("/api/v1/live/");
  if (isUrgent) return whoAsks(request) !== null;
  return !/^\/((api|device|media)\/|calendar\.ics$)/.test(route);
}
