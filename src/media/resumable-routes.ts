import { STATUS_CODES } from "node:http";
import { Readable } from "node:stream";
import { Metadata } from "@tus/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError, type ErrorCode } from "../errors.ts";
import type { ActsWithin } from "../http/permission-guard.ts";
import { toProblem } from "../http/problem.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { ABILITIES, ABILITIES_OF_ONE, BEGIN, END, GO_ON, HOW_FAR } from "./resumable-document.ts";
import type { ResumableUploads } from "./resumable-uploads.ts";
import { acceptRawUploads, keepOpen } from "./upload.ts";

const LOCKED = 423;
const CODES: Record<number, ErrorCode> = {
  404: "not_found",
  410: "not_found",
  413: "too_large",
  409: "conflict",
  [LOCKED]: "conflict",
  500: "internal",
};

const ANNOUNCEMENTS = "announcements/";

interface Options {
  uploads: ResumableUploads;
  /** Where an announcement is heard. @throws {AppError} `not_found` */
  announcementAreas: (id: string) => readonly string[];
}

/** What it takes to send something there. */
function actFor(target: string) {
  if (target.startsWith(ANNOUNCEMENTS)) return "announcements:air";
  return target.startsWith("recordings/") ? "recordings:send" : "content:edit";
}

/** Where a new upload goes; empty when that can't be read: it is refused for that. */
function targetOf({ headers }: FastifyRequest): string {
  try {
    return Metadata.parse([headers["upload-metadata"] ?? ""].flat().join(","))["target"] ?? "";
  } catch {
    return "";
  }
}

/**
 * The tus protocol 1.0 at `/uploads`, inside the sign-in guard, which holds for `OPTIONS` too: a page of another origin
 * has nothing to learn here.
 */
export async function resumableRoutes(app: FastifyInstance, { uploads, announcementAreas }: Options) {
  acceptRawUploads(app);
  const config = { act: "recordings:send" } as const;
  const act = (request: FastifyRequest) => actFor(targetOf(request));
  const areasOf = (target: string) => announcementAreas(target.replace(ANNOUNCEMENTS, ""));
  const within: ActsWithin = (request) => areasOf(targetOf(request));
  /** Of an upload that was begun; somebody else's is not there, which is for the handler to say. */
  const targetNow = (request: FastifyRequest) =>
    uploads.targetOf((request.params as { id: string }).id, requireUser(request).id);
  const further = {
    // Whoever began it may have lost the right since.
    act: async (request: FastifyRequest) => actFor((await targetNow(request)) ?? "recordings/"),
    within: (async (request) => {
      const target = await targetNow(request);
      return target?.startsWith(ANNOUNCEMENTS) ? areasOf(target) : "narrowed";
    }) satisfies ActsWithin,
  };
  const handler = (request: FastifyRequest, reply: FastifyReply) => answer(uploads, request, reply);
  app.route({ method: "OPTIONS", url: "/uploads", config, schema: ABILITIES, handler });
  app.route({ method: "OPTIONS", url: "/uploads/:id", config, schema: ABILITIES_OF_ONE, handler });
  app.route({ method: "POST", url: "/uploads", config: { act, within }, schema: BEGIN, handler });
  const asked = { ...further, swagger: { exposeHeadRoute: true } };
  app.route({ method: "HEAD", url: "/uploads/:id", config: asked, schema: HOW_FAR, handler });
  app.route({ method: "PATCH", url: "/uploads/:id", config: further, schema: GO_ON, handler });
  app.route({ method: "DELETE", url: "/uploads/:id", config: further, schema: END, handler });
}

async function answer(
  uploads: ResumableUploads,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  reply.header("tus-resumable", "1.0.0");
  // It may wait for an upload that is being checked.
  if (request.method === "HEAD") keepOpen(request);
  const response = await uploads.handle(toWeb(request), requireUser(request).id).catch((error: unknown) => {
    if (request.method !== "HEAD" || !(error instanceof AppError && error.code === "conflict")) throw error;
    // After most errors here a client begins anew, and would replace the recording that made this upload fail.
    return new Response(null, { status: LOCKED });
  });
  for (const [name, value] of response.headers) {
    // Nobody but the console's own origin uploads.
    if (!name.startsWith("access-control-") && name !== "content-length") reply.header(name, value);
  }
  const { status } = response;
  const text = await response.text();
  reply.code(status);
  if (status < 400) return reply.removeHeader("content-type").send(text === "" ? undefined : text);
  const problem = toProblem(new AppError(CODES[status] ?? "invalid", text.trim()), request.id);
  reply.type("application/problem+json");
  return reply.send(JSON.stringify({ ...problem, status, title: STATUS_CODES[status] ?? problem.title }));
}

/** The request as the web knows it; its body is read as it arrives. */
function toWeb({ raw, method, url, headers, body }: FastifyRequest): Request {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, [value].flat().join(", ")] as [string, string]],
  );
  const hasBody = body instanceof Readable && (method === "PATCH" || method === "POST");
  return new Request(`http://${raw.headers.host ?? "localhost"}${url}`, {
    method,
    headers: pairs,
    ...(hasBody ? { body: Readable.toWeb(body) as ReadableStream, duplex: "half" } : {}),
  });
}
