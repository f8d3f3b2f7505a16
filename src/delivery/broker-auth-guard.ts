import type { FastifyRequest } from "fastify";
import { bearerToken } from "../devices/device-auth.ts";
import { AppError } from "../errors.ts";
import { addressList } from "../http/address-block.ts";
import { isSameSecret } from "./same-secret.ts";

export interface BrokerAuthGuardOptions {
  /** What the broker proves itself with. */
  secret: string;
  /** Addresses and networks that may ask. */
  allow: readonly string[];
}

/**
 * An `onRequest` hook that lets only the broker ask. The secret comes as `Authorization: Bearer …`; in `?secret=` from
 * brokers that cannot set a header, whose query the log leaves out.
 * @throws {AppError} `forbidden` from elsewhere, `unauthorized` with another secret
 */
export function onlyBroker({ secret, allow }: BrokerAuthGuardOptions) {
  const isAllowed = addressList(allow);
  return async (request: FastifyRequest): Promise<void> => {
    const { ip } = request;
    if (!isAllowed(ip)) {
      request.log.warn({ ip }, "somebody who is no broker asked who may connect");
      throw new AppError("forbidden", "This address may not ask.", { hint: "Add it to MQTT_AUTH_ALLOW." });
    }
    const given = bearerToken(request) ?? (request.query as { secret?: unknown }).secret;
    if (typeof given === "string" && isSameSecret(given, secret)) return;
    request.log.warn({ ip, sentSecret: given !== undefined }, "a broker asked without the right secret");
    throw new AppError("unauthorized", "The broker's secret is missing or wrong.", {
      hint: "Give the broker MQTT_AUTH_SECRET, as a bearer token or as ?secret=.",
    });
  };
}
