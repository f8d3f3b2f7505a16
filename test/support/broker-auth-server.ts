import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { createBrokerAccess } from "../../src/delivery/broker-access.ts";
import { brokerAuthRoutes } from "../../src/delivery/broker-auth-routes.ts";
import { rabbitmqAuthRoutes } from "../../src/delivery/rabbitmq-auth-routes.ts";
import type { DeviceService } from "../../src/devices/device-service.ts";
import { registerProblems } from "../../src/http/problem.ts";
import { validatorCompiler } from "../../src/http/validation.ts";

interface Options {
  devices: DeviceService;
  server: { username: string; password: string };
  secret: string;
  allow: string[];
  log: FastifyBaseLogger;
  /** A free one when left out. */
  port?: number;
}

/** What brokers ask over HTTP, served on the loopback without the rest of the server. */
export async function startBrokerAuth({
  devices,
  server,
  secret,
  allow,
  log,
  port = 0,
}: Options): Promise<{ app: FastifyInstance; url: string }> {
  const app: FastifyInstance = Fastify({ loggerInstance: log });
  app.setValidatorCompiler(validatorCompiler);
  registerProblems(app);
  const options = { access: createBrokerAccess({ devices, server }), secret, allow };
  await app.register(brokerAuthRoutes, options);
  await app.register(rabbitmqAuthRoutes, options);
  return { app, url: await app.listen({ host: "127.0.0.1", port }) };
}
