import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { explainDatabase } from "../db/open.ts";
import { AppError, ERROR_STATUS, type ErrorCode } from "../errors.ts";
import { isPolled } from "./log-options.ts";

/** RFC 9457 problem document, the answer to everything that did not work. */
export const Problem = Type.Object(
  {
    type: Type.String({
      description: "A name for this kind of problem that does not change: `urn:ccx:problem:<name>`",
    }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: "What happened, for the person who asked" }),
    hint: Type.Optional(Type.String({ description: "What to do about it" })),
    instance: Type.String({ description: "The request id, to find the log entry" }),
    errors: Type.Optional(Type.Array(Type.Object({ at: Type.String(), message: Type.String() }))),
    retryAfter: Type.Optional(
      Type.Integer({ description: "Seconds to wait, as in Retry-After, where that is known" }),
    ),
    secondFactor: Type.Optional(
      Type.String({ description: "`needed` or `wrong`: what a sign-in, or this operation, lacks" }),
    ),
    fresh: Type.Optional(
      Type.String({ description: "With `fresh-code-needed`: what the request lacks, `code` or `password`" }),
    ),
    heardMs: Type.Optional(
      Type.Integer({ description: "With `not-played-through`: how much was played to who signs" }),
    ),
    durationMs: Type.Optional(Type.Integer({ description: "With `not-played-through`: of how much" })),
    roles: Type.Optional(Type.Array(Type.String(), { description: "Whose roles would include it" })),
    until: Type.Optional(
      Type.String({ description: "With `not-two-people`: from then on the two accounts count as two" }),
    ),
    areas: Type.Optional(Type.Array(Type.String(), { description: "What the own roles are bound to" })),
    current: Type.Optional(
      Type.Object(
        {},
        {
          description:
            "With `changed-meanwhile`, of a device's settings: what there is now, by whom and since when",
        },
      ),
    ),
    conflicts: Type.Optional(
      Type.Array(Type.Object({}), {
        description: "Of a schedule that was not saved: as `POST /schedules/check` has them",
      }),
    ),
  },
  { $id: "Problem" },
);
export type Problem = Static<typeof Problem>;

export function toProblem(error: AppError, instance: string): Problem {
  const status = ERROR_STATUS[error.code];
  return {
    type: `urn:ccx:problem:${error.kind}`,
    title: STATUS_CODES[status] ?? error.code,
    status,
    detail: error.message,
    instance,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { errors: error.details }),
    ...error.members,
  };
}

const RETRY_AFTER_S = 5;
/** What passes by itself. */
const RETRIABLE: readonly ErrorCode[] = ["unavailable", "no_space"];

/** Sends `error` as a problem document; logs what only the operator should see. */
function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const appError = toAppError(error);
  if (appError.code === "internal") request.log.error({ err: error }, "request failed");
  else if (!isPolled(request)) {
    const why = appError.cause === undefined ? {} : { err: appError.cause };
    request.log.info({ ...why, code: appError.code }, withoutValues(appError.message));
  }
  const problem = toProblem(appError, request.id);
  // Behind a half-read upload the connection cannot be reused: the rest of the body would be read as a request.
  if (request.raw.readable && !request.raw.complete) void reply.header("connection", "close");
  const retryAfter =
    appError.members["retryAfter"] ?? (RETRIABLE.includes(appError.code) ? RETRY_AFTER_S : null);
  if (typeof retryAfter === "number") void reply.header("retry-after", retryAfter);
  void reply.code(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}

/** What somebody sent, as the name of a person, stands in quotes; it is for who asked and for the audit log. */
const withoutValues = (message: string): string => message.replaceAll(/"[^"]*"/g, '"…"');

/** Fastify's and its plugins' errors carry a status; the message of a 4xx is meant for the caller, others are not. */
function toAppError(error: unknown): AppError {
  const explained = explainDatabase(error);
  if (explained instanceof AppError) return explained;
  const { statusCode, message } = error as Partial<FastifyError>;
  const code = statusCode === undefined ? undefined : codeOfStatus(statusCode);
  if (code === undefined || message === undefined) {
    return new AppError("internal", "Something went wrong on the server.", {
      cause: error,
      hint: "Try again; if it happens again, give the administrator the id in `instance`.",
    });
  }
  return new AppError(code, message);
}

function codeOfStatus(status: number): ErrorCode | undefined {
  const exact = (Object.keys(ERROR_STATUS) as ErrorCode[]).find((code) => ERROR_STATUS[code] === status);
  return exact ?? (status >= 400 && status < 500 ? "invalid" : undefined);
}

/** Of an answer that no side of the server gives: there is nothing to it but its words. */
const BARE_HEADERS = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Answers an address that no route can be sought for: a part of it is badly encoded, or far too long. */
export function answerBrokenAddress(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = new AppError("invalid", "This address cannot be read.", {
    cause: error,
    hint: "A part of it is too long, or its %-encoding is wrong.",
  });
  sendProblem(problem, request, reply.headers(BARE_HEADERS));
}

export function registerProblems(app: FastifyInstance): void {
  app.addSchema(Problem);
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
}

/** What no route answers is answered with the headers and the limits of the side that this is called on. */
export function answerWhatIsNotThere(side: FastifyInstance): void {
  side.setNotFoundHandler((request, reply) => {
    sendProblem(
      new AppError("not_found", `There is nothing at ${request.method} ${request.url.split("?")[0]}.`),
      request,
      reply,
    );
  });
}
