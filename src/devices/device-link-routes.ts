import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Clock } from "../clock.ts";
import { closed } from "../http/schemas.ts";
import { EnrolRequest, EnrolResponse, TimeResponse } from "../protocol/http-messages.ts";
import { KeySet } from "../protocol/key-set.ts";
import { requireDevice } from "./device-auth.ts";
import type { DeviceService } from "./device-service.ts";

export interface DeviceLinkOptions {
  devices: DeviceService;
  clock: Clock;
  /** The public signing keys. */
  keys: { set(): KeySet };
  /** The brokers as a device sees them that enrolled at this host; asked at each enrolment. */
  brokerUrls: (asked: { hostname: string; host: string; protocol: string }) => {
    urls: string[];
    webSockets: string[];
  };
  enrolmentsPerMinute: number;
}

const KEYS_MAX_AGE_SECONDS = 300;
const MAX_ENROL_BYTES = 8 * 1024;

/** What a device asks of the server by HTTP, apart from playlist and media; full paths, outside the sign-in guard. */
export async function deviceLinkRoutes(instance: FastifyInstance, options: DeviceLinkOptions) {
  const { devices, clock, keys } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    "/device/v1/enroll",
    {
      bodyLimit: MAX_ENROL_BYTES,
      config: { rateLimit: { max: options.enrolmentsPerMinute, timeWindow: "1 minute" } },
      schema: {
        tags: ["device link"],
        summary: "Spend an enrolment code for credentials",
        body: EnrolRequest,
        response: { 201: EnrolResponse },
      },
    },
    async (request, reply) => {
      const { identity, token, mqttPassword } = enrolOrLog(request, request.body);
      const { urls, webSockets } = options.brokerUrls(request);
      const [url = "", ...alternatives] = urls;
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({
          deviceId: identity.id,
          token,
          mqtt: {
            url,
            ...(alternatives.length === 0 ? {} : { alternatives }),
            ...(webSockets.length === 0 ? {} : { webSockets }),
            username: identity.id,
            password: mqttPassword,
          },
          areas: identity.areas,
          keys: keys.set(),
        });
    },
  );

  function enrolOrLog(request: FastifyRequest, body: EnrolRequest) {
    const { hardwareId, kind, model, software } = body; // never the code
    const who = { hardwareId, kind, model, software, ip: request.ip };
    try {
      const enrolled = devices.enrol(body);
      request.log.info({ ...who, deviceId: enrolled.identity.id }, "device enrolled");
      return enrolled;
    } catch (error) {
      request.log.warn({ ...who, err: error }, "enrolment refused");
      throw error;
    }
  }

  app.get(
    "/device/v1/time",
    {
      logLevel: "warn",
      // The hooks run in this order: the arrival is noted before anything that takes time.
      onRequest: [noteArrival, requireDevice],
      schema: {
        tags: ["device link"],
        summary: "Two of the four timestamps of an offset estimate (RFC 5905 §8), epoch milliseconds",
        querystring: closed({ t1: Type.Number() }),
        response: { 200: TimeResponse },
      },
    },
    async (request, reply) => {
      const { at: t2, mark } = arrivals.get(request) ?? arrival();
      void reply.header("cache-control", "no-store");
      // Measured from t2 on the monotonic clock: a step of the wall clock between the two would be taken for delay.
      return { t1: request.query.t1, t2, t3: t2 + (performance.now() - mark) };
    },
  );

  const arrivals = new WeakMap<FastifyRequest, ReturnType<typeof arrival>>();
  const arrival = () => ({ at: clock.now(), mark: performance.now() });
  async function noteArrival(request: FastifyRequest) {
    arrivals.set(request, arrival());
  }

  app.get(
    "/.well-known/jwks.json",
    {
      logLevel: "warn",
      schema: {
        tags: ["device link"],
        summary: "The keys that playlists and commands are signed with (RFC 7517): in use, next, before",
        response: { 200: KeySet },
      },
    },
    async (_request, reply) => {
      void reply.header("cache-control", `public, max-age=${KEYS_MAX_AGE_SECONDS}`);
      return keys.set();
    },
  );
}
