import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { DeviceIdentity } from "./device.ts";
import type { DeviceService } from "./device-service.ts";
import { createRefusedLog } from "./refused-log.ts";

declare module "fastify" {
  interface FastifyRequest {
    device: DeviceIdentity | null;
  }
  interface FastifyInstance {
    /** How many refusals of that address were not written since its last line, `null` while this one is not written either. */
    unwrittenRefusals(who: string): number | null;
  }
}

/** Says of every request which device makes it, if one does: the bearer token of RFC 6750, in the `Authorization` header. */
export function recogniseDevices(
  app: FastifyInstance,
  devices: Pick<DeviceService, "authenticateToken">,
  clock: Pick<Clock, "steadyMs">,
): void {
  const refusedLog = createRefusedLog();
  app.decorate("unwrittenRefusals", (who) => refusedLog.unwrittenSince(who, clock.steadyMs()));
  app.decorateRequest("device", null);
  app.addHook("onRequest", (request, _reply, done) => {
    const token = bearerToken(request);
    if (token !== null) request.device = devices.authenticateToken(token);
    done();
  });
}

/**
 * An `onRequest` hook that lets only enrolled devices through.
 * @throws {AppError} `unauthorized`, with the challenge that RFC 9110 §11.6.1 asks for
 */
export function requireDevice(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (request.device) return done();
  const sentToken = bearerToken(request) !== null;
  reply.header("www-authenticate", `Bearer realm="ccx-device"${sentToken ? ', error="invalid_token"' : ""}`);
  const unwritten = request.server.unwrittenRefusals(`${request.ip} ${sentToken}`);
  if (unwritten !== null) {
    const url = request.url.split("?")[0];
    request.log.warn({ ip: request.ip, url, sentToken, unwritten }, "device refused");
  }
  throw deviceRequired();
}

/** The device behind the request. @throws {AppError} `unauthorized` outside the guard */
export function deviceOf(request: FastifyRequest): DeviceIdentity {
  if (!request.device) throw deviceRequired();
  return request.device;
}

/** The token of `Authorization: Bearer …`, or `null` when there is none. */
export function bearerToken({ headers }: Pick<FastifyRequest, "headers">): string | null {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
}

const deviceRequired = () =>
  new AppError("unauthorized", "This needs the token of an enrolled device.", {
    hint: "The token is wrong, or the device was revoked or enrolled anew; enrol it with a new code.",
  });
