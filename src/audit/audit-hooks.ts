import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { messageOf } from "../errors.ts";
import type { Actor, Outcome } from "./audit-entry.ts";
import type { AuditLog } from "./audit-log.ts";

declare module "fastify" {
  interface FastifyRequest {
    audited: ReturnType<AuditLog["begin"]> | null;
  }
  interface FastifyContextConfig {
    /** A request that only reads and is of account all the same, as taking a copy of the log. */
    isAudited?: boolean;
  }
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
/**
 * Of account only when refused: they change nothing, or only bring bytes of what is of account once it is whole. Checking in is
 * no office's act, and an entry with the address and the time would tell who it was.
 */
const MINOR = new Set([
  "POST /api/v1/schedules/check",
  "POST /api/v1/interrupts/preview",
  "POST /api/v1/invitations/look",
  "POST /api/v1/sign-in/oidc/begin",
  "POST /api/v1/uploads",
  "PATCH /api/v1/uploads/:id",
  "PUT /api/v1/live/:id/chunks/:n",
  "POST /api/v1/check-ins",
  "POST /api/v1/check-ins/look",
  "POST /api/v1/check-ins/feedback",
]);
/** A broker asks once for each device and topic: half a dozen times a device when a county returns. */
const BROKER_ASKS = "POST /mqtt/";
const SIGN_IN = "POST /api/v1/sign-in";
const MAX_REASON = 300;

/** Who asks: a signed-in person, an enrolled device, or nobody that is known. */
export function actorOf(request: FastifyRequest): Actor {
  const { signIn } = request;
  if (signIn) return { kind: "person", id: signIn.user.id, name: signIn.user.name };
  if (request.device) return { kind: "device", id: request.device.id, name: null };
  return { kind: "stranger", id: null, name: null };
}

/**
 * Every request that changes something, and every refusal for want of a right, leaves an entry: the one place where the
 * log meets HTTP. Added to a side of the server before its routes.
 */
export function registerAudit(app: FastifyInstance, audit: Pick<AuditLog, "begin" | "accountOf">): void {
  app.decorateRequest("audited", null);

  const begin = (request: FastifyRequest) => {
    const act = `${request.method} ${request.routeOptions.url ?? ""}`;
    return audit.begin({
      actor: () => actorOf(request),
      address: request.ip,
      requestId: request.id,
      act,
      object: act === SIGN_IN ? accountIn(request) : objectOf(request),
      isMinor: MINOR.has(act) || act.startsWith(BROKER_ASKS),
    });
  };
  /** Whom somebody tried to sign in as; what is no account's name may be a password in the wrong field. */
  function accountIn({ body }: FastifyRequest): string | null {
    const { name } = (body ?? {}) as { name?: unknown };
    return typeof name === "string" ? audit.accountOf(name) : null;
  }
  const isOfAccount = ({ method, routeOptions }: FastifyRequest) =>
    routeOptions.url !== undefined && (!SAFE_METHODS.has(method) || routeOptions.config.isAudited === true);

  // After the body was read: its events run outside of what began before.
  app.addHook("preHandler", (request, _reply, done) => {
    if (!isOfAccount(request)) return done();
    request.audited = begin(request);
    request.audited.during(done);
  });
  // Before the answer leaves: what was acknowledged has its entry.
  app.addHook("onSend", (request, reply, payload, done) => {
    const { statusCode } = reply;
    const isRefusal = (statusCode === 401 || statusCode === 403) && !request.is404;
    // What went well came by the other hook.
    if (isRefusal || (statusCode >= 400 && isOfAccount(request))) request.audited ??= begin(request);
    request.audited?.end(outcomeOf(reply), statusCode, reasonOf(reply, payload));
    done(null, payload);
  });
}

function outcomeOf({ statusCode }: FastifyReply): Outcome {
  if (statusCode < 400) return "done";
  return statusCode < 500 ? "refused" : "failed";
}

/** `episodes/<id>` of `/api/v1/episodes/<id>/submit`; `null` where the address names a collection. */
function objectOf({ routeOptions, params }: FastifyRequest): string | null {
  const [collection, key] = (routeOptions.url ?? "").replace(/^\/(api|device)\/v1\//, "").split("/");
  if (collection === undefined || !key?.startsWith(":")) return null;
  const value = (params as Record<string, unknown> | undefined)?.[key.slice(1)];
  return typeof value === "string" ? `${collection}/${value.slice(0, 64)}` : null;
}

/** What a problem document says happened. */
function reasonOf(reply: FastifyReply, payload: unknown): string | null {
  if (reply.statusCode < 400 || typeof payload !== "string") return null;
  try {
    const { detail } = JSON.parse(payload) as { detail?: unknown };
    return typeof detail === "string" ? detail.slice(0, MAX_REASON) : null;
  } catch (error) {
    return messageOf(error).slice(0, MAX_REASON);
  }
}
