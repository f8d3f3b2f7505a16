import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { DAY_MS, toIso } from "../clock.ts";
import { addressBlock } from "../http/address-block.ts";
import { closed, enumOf, Instant } from "../http/schemas.ts";
import { MAX_BRANCH, MAX_NAME, MAX_WISH } from "./attendance.ts";
import { type CheckInLinks, TOKEN_CHARS } from "./check-in-link.ts";
import type { CheckInSite, CheckIns } from "./check-in-service.ts";

const Token = Type.String({
  maxLength: TOKEN_CHARS,
  description: "What stands behind the # of a check-in address",
});
const DoorView = Type.Object({
  state: enumOf(["early", "open", "closed"]),
  from: Instant,
  until: Instant,
});
const SiteView = Type.Object({
  programme: Type.String(),
  title: Type.String(),
  startAt: Instant,
  zone: Type.String({ description: "The county's" }),
  regionName: Type.String(),
  keepDays: Type.Integer({ description: "So long a name and a wish are kept at most" }),
  checkIn: DoorView,
  feedback: DoorView,
});
const done = { 204: Type.Null() };

interface Options {
  checkIns: CheckIns;
  checkInLinks: CheckInLinks;
  /** The county's. */
  zone: string;
  keepMs: number;
  /** Requests a minute, of one address to one site. */
  checkInsPerMinute: number;
}

/** What members call on their phones, without an account: the address of the site is the permission. Outside the sign-in guard. */
export async function checkInRoutes(
  instance: FastifyInstance,
  { checkIns, checkInLinks, zone, keepMs, checkInsPerMinute }: Options,
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["attendance"];
  // A line for each would tell when somebody checked in, and from which address.
  const logLevel = "warn";
  const config = {
    act: "public",
    rateLimit: {
      max: checkInsPerMinute,
      timeWindow: "1 minute",
      // The body has been read by then. Made-up addresses all count as one.
      hook: "preHandler",
      keyGenerator: ({ ip, body }: FastifyRequest) => {
        const place = checkInLinks.placeOf((body as { token: string }).token);
        const address = addressBlock(ip);
        return place ? `${address} ${place.broadcastId} ${place.regionCode}` : address;
      },
    },
  } as const;

  app.post(
    "/check-ins/look",
    {
      config,
      logLevel,
      schema: {
        tags,
        summary: "What a check-in address is for, and what can be done there now",
        body: closed({ token: Token }),
        response: { 200: SiteView },
      },
    },
    async ({ body }) => ({
      ...viewSite(checkIns.look(body.token)),
      zone,
      keepDays: Math.round(keepMs / DAY_MS),
    }),
  );

  app.post(
    "/check-ins",
    {
      config,
      logLevel,
      schema: {
        tags,
        summary: "Check in; a second time changes nothing and is answered in the same way",
        body: closed({
          token: Token,
          name: Type.String({ minLength: 1, maxLength: MAX_NAME }),
          branch: Type.String({ minLength: 1, maxLength: MAX_BRANCH, description: "支部" }),
        }),
        response: done,
      },
    },
    async ({ body: { token, name, branch } }, reply) => {
      checkIns.checkIn(token, name, branch);
      return reply.code(204).send(null);
    },
  );

  app.post(
    "/check-ins/feedback",
    {
      config,
      logLevel,
      schema: {
        tags,
        summary: "Say what the lecture was like, after it; kept without anything that says who",
        body: closed({
          token: Token,
          key: Type.String({
            pattern: "^[0-9a-f]{32}$",
            description:
              "Random, made up once for each feedback: what is sent again with the same one is the same",
          }),
          rating: Type.Integer({ minimum: 1, maximum: 5 }),
          wish: Type.Optional(Type.String({ maxLength: MAX_WISH, description: "What to teach next" })),
        }),
        response: done,
      },
    },
    async ({ body: { token, key, rating, wish = "" } }, reply) => {
      checkIns.giveFeedback(token, { key, rating, wish });
      return reply.code(204).send(null);
    },
  );
}

function viewSite(site: CheckInSite): Omit<Static<typeof SiteView>, "zone" | "keepDays"> {
  const { programme, title, startAt } = site.broadcast;
  const viewDoor = ({ state, from, until }: CheckInSite["checkIn"]) => ({
    state,
    from: toIso(from),
    until: toIso(until),
  });
  return {
    programme,
    title,
    startAt: toIso(startAt),
    regionName: site.regionName,
    checkIn: viewDoor(site.checkIn),
    feedback: viewDoor(site.feedback),
  };
}
