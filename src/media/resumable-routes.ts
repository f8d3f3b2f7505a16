import { STATUS_CODES } from "node:http";
import { Readable } from "node:stream";
import { Metadata } from "@tus/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { AppError, type ErrorCode } from "../errors.ts";
import type { ActsWithin } from "../http/permission-guard.ts";
import { toProblem } from "../http/problem.ts";
import { IdParams } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
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

/** A response header as OpenAPI describes it. */
const header = (description: string) => ({ type: "string", description });
const ABILITIES = {
  tags: ["uploads"],
  summary: "What the resumable uploads at this address can do",
  description:
    "Recordings are sent by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload), which also describes POST, HEAD, PATCH and DELETE here.",
  response: {
    204: {
      ...Type.Null({ description: "Only headers" }),
      headers: {
        "Tus-Version": header("The versions of the protocol, the preferred one first"),
        "Tus-Resumable": header("The version of this answer"),
        "Tus-Extension": header("The extensions of the protocol, separated by commas"),
        "Tus-Max-Size": header("The largest upload, in bytes"),
      },
    },
  },
};

interface Options {
  uploads: ResumableUploads;
  /** Where an announcement is heard. @throws {AppError} `not_found` */
  announcementAreas: (id: string) => readonly string[];
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
 * has nothing to learn here. The protocol documents its own routes; OpenAPI has where to read of them.
 */
export async function resumableRoutes(app: FastifyInstance, { uploads, announcementAreas }: Options) {
  acceptRawUploads(app);
  const config = { act: "recordings:send" } as const;
  const act = (request: FastifyRequest) => {
    const target = targetOf(request);
    if (target.startsWith("announcements/")) return "announcements:air";
    return target.startsWith("recordings/") ? "recordings:send" : "content:edit";
  };
  const within: ActsWithin = (request) => announcementAreas(targetOf(request).replace("announcements/", ""));
  const schema = { hide: true };
  const handle = (request: FastifyRequest, reply: FastifyReply) => answer(uploads, request, reply);
  app.route({ method: "POST", url: "/uploads", config: { act, within }, schema, handler: handle });
  app.route({ method: "OPTIONS", url: "/uploads", config, schema: ABILITIES, handler: handle });
  app.route({
    method: "OPTIONS",
    url: "/uploads/:id",
    config,
    schema: { ...ABILITIES, params: IdParams },
    handler: handle,
  });
  app.route({ method: ["HEAD", "PATCH", "DELETE"], url: "/uploads/*", config, schema, handler: handle });
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
