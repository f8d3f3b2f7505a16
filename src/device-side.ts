import type { FastifyInstance } from "fastify";
import { registerAudit } from "./audit/audit-hooks.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { brokerAuthRoutes } from "./delivery/broker-auth-routes.ts";
import { isWebSocket, WEBSOCKET_PATH } from "./delivery/broker-websocket.ts";
import { deviceKeyRoutes } from "./delivery/key-routes.ts";
import { playlistRoutes } from "./delivery/playlist-routes.ts";
import { rabbitmqAuthRoutes } from "./delivery/rabbitmq-auth-routes.ts";
import { deviceLinkRoutes } from "./devices/device-link-routes.ts";
import type { CountRequest } from "./http/rate-limits.ts";
import { liveLinkRoutes } from "./interrupts/live/live-link-routes.ts";
import type { Services } from "./services.ts";

export interface DeviceSideOptions {
  services: Services;
  config: Config;
  clock: Clock;
  countRequest: CountRequest;
}

/**
 * What devices and brokers ask, a county at a time: recognised, counted and audited like everything else, but without what is
 * for browsers alone, cookies, forgery tokens and content policies, which cost more than the answers.
 */
export async function deviceSide(side: FastifyInstance, options: DeviceSideOptions): Promise<void> {
  const { services, config, clock, countRequest } = options;
  side.addHook("onRequest", (_request, reply, done) => {
    reply.header("x-content-type-options", "nosniff");
    done();
  });
  side.addHook("onRequest", countRequest);
  registerAudit(side, services.audit);

  await side.register(deviceLinkRoutes, {
    devices: services.devices,
    clock,
    keys: services.keys,
    brokerUrls: (asked) => publicBrokerUrls(services, config, asked),
    enrolmentsPerMinute: config.enrolmentsPerMinute,
  });
  await side.register(deviceKeyRoutes, { keys: services.keys });
  await side.register(playlistRoutes, {
    playlists: services.playlists,
    signer: services.signer,
    atOnce: config.playlistsAtOnce,
  });
  await side.register(liveLinkRoutes, { live: services.live });
  if (config.mqttAuthSecret !== null) {
    const { brokerAccess: access } = services;
    const brokerAuth = { access, secret: config.mqttAuthSecret, allow: config.mqttAuthAllow };
    await side.register(brokerAuthRoutes, brokerAuth);
    await side.register(rabbitmqAuthRoutes, brokerAuth);
  }
}

/** What a device that enrolled at this address is told: the embedded broker is on the same machine. */
function publicBrokerUrls(
  { embedded, brokerUrls }: Services,
  config: Config,
  { hostname, host, protocol }: { hostname: string; host: string; protocol: string },
) {
  const urls = config.mqttPublicUrls.length > 0 ? config.mqttPublicUrls : brokerUrls;
  if (!embedded) return { urls, webSockets: urls.filter(isWebSocket) };
  const { port, tlsPort } = embedded;
  const own = tlsPort === null ? `mqtt://${hostname}:${port}` : `mqtts://${hostname}:${tlsPort}`;
  const origin = config.publicUrl ?? `${protocol}://${host}`;
  return {
    urls: config.mqttPublicUrls.length > 0 ? urls : [own],
    webSockets: [`${origin.replace(/^http/, "ws")}${WEBSOCKET_PATH}`],
  };
}
