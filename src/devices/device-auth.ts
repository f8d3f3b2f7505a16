import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";
import type { DeviceIdentity } from "./device.ts";
import type { DeviceService } from "./device-service.ts";

declare module "fastify" {
  interface FastifyRequest {
    device: DeviceIdentity | null;
  }
}

/** Adds `request.device` once, however many plugins ask for it. */
export function decorateWithDevice(app: FastifyInstance): void {
  if (!app.hasRequestDecorator("device")) app.decorateRequest("device", null);
}

/**
 * A hook that lets only enrolled devices through: the bearer token of RFC 6750, in the `Authorization` header.
 * @throws {AppError} `unauthorized`, with the challenge that RFC 9110 §11.6.1 asks for
 */
export function requireDevice(devices: Pick<DeviceService, "authenticateToken">) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const token = bearerToken(request);
    request.device = token === null ? null : devices.authenticateToken(token);
    if (request.device) return;
    const error = token === null ? "" : ', error="invalid_token"';
    reply.header("www-authenticate", `Bearer realm="ccx-device"${error}`);
    request.log.warn(
      { ip: request.ip, url: request.url.split("?")[0], sentToken: token !== null },
      "device refused",
    );
    throw deviceRequired();
  };
}

/** The device behind the request. @throws {AppError} `unauthorized` outside the guard */
export function deviceOf(request: FastifyRequest): DeviceIdentity {
  if (!request.device) throw deviceRequired();
  return request.device;
}

/** The token of `Authorization: Bearer …`, or `null` when there is none. */
export function bearerToken(request: FastifyRequest): string | null {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
}

const deviceRequired = () =>
  new AppError("unauthorized", "This needs the token of an enrolled device.", {
    hint: "The token is wrong, or the device was revoked or enrolled anew; enrol it with a new code.",
  });
