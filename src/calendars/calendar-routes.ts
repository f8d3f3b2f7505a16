import { createHash } from "node:crypto";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { matchesEtag } from "../http/etag.ts";
import { closed, IdParams, NEWEST, PageQuery, pageFrom, pageOf, RegionCode, Title } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { LinkView, NewLinkView, viewLink } from "./calendar-link-view.ts";
import type { CalendarService } from "./calendar-service.ts";

const tags = ["calendars"];
const Calendar = { 200: Type.String({ description: "text/calendar (RFC 5545)" }), 304: Type.Null() };

function send(request: FastifyRequest, reply: FastifyReply, calendar: string) {
  const etag = `"${createHash("sha256").update(calendar).digest("base64url")}"`;
  reply.header("etag", etag).header("cache-control", "private, no-cache");
  if (matchesEtag(request.headers["if-none-match"], etag)) return reply.code(304).send();
  return reply.type("text/calendar; charset=utf-8").send(calendar);
}

const LINK_PATH = "/calendar.ics";

/**
 * For calendar programs, which have no cookie: the token is the permission. In the query, since that stays out of the log.
 * Outside the API, all of which asks for a sign-in.
 */
export async function calendarLinkRoutes(
  instance: FastifyInstance,
  { calendars }: { calendars: CalendarService },
) {
  instance.withTypeProvider<TypeBoxTypeProvider>().get(
    LINK_PATH,
    {
      schema: {
        tags,
        summary: "The calendar of a subscription link",
        querystring: closed({ token: Type.String({ maxLength: 100 }) }),
        response: Calendar,
      },
    },
    async (request, reply) => send(request, reply, calendars.calendarByToken(request.query.token)),
  );
}

/** Mounted under the API's prefix, inside the sign-in guard. */
export async function calendarRoutes(
  instance: FastifyInstance,
  { calendars, publicUrl }: { calendars: CalendarService; publicUrl: string | null },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const addressOf = (request: FastifyRequest, token: string): string => {
    const origin = publicUrl ?? `${request.protocol}://${request.host}`;
    return `${origin.replace(/\/$/, "")}${LINK_PATH}?token=${token}`;
  };

  app.get(
    "/regions/:code/calendar.ics",
    {
      config: { act: "timetable:read" },
      schema: {
        tags,
        summary: "What is heard in any part of the region, from 30 days ago as far as it is planned",
        params: closed({ code: RegionCode }),
        response: Calendar,
      },
    },
    async (request, reply) => send(request, reply, calendars.calendarOf(request.params.code)),
  );

  app.post(
    "/regions/:code/calendar-links",
    {
      config: { act: "calendars:share" },
      schema: {
        tags,
        summary: "Make a link to the region's calendar that works without signing in; shown once",
        params: closed({ code: RegionCode }),
        body: closed({ label: Title }),
        response: {
          201: NewLinkView,
        },
      },
    },
    async (request, reply) => {
      const { id } = requireUser(request);
      const { link, token } = calendars.createLink(id, request.params.code, request.body.label);
      reply.code(201).header("cache-control", "no-store");
      return { ...viewLink(link), url: addressOf(request, token) };
    },
  );

  app.get(
    "/calendar-links",
    {
      config: { act: "calendars:share" },
      schema: {
        tags,
        summary: "The calendar links in force, newest first",
        querystring: closed(PageQuery),
        response: { 200: pageOf(LinkView) },
      },
    },
    async ({ query: { limit, cursor = NEWEST } }) => {
      const page = pageFrom(calendars.links(cursor, limit + 1), limit, ({ id }) => id);
      return { ...page, items: page.items.map(viewLink) };
    },
  );

  app.delete(
    "/calendar-links/:id",
    {
      config: { act: "calendars:share" },
      schema: {
        tags,
        summary: "Revoke a calendar link; it stops working at once",
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      calendars.revokeLink(request.params.id);
      return reply.code(204).send(null);
    },
  );
}
