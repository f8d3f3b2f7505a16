import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { mayHear, maySend, type Party } from "./broker-acl.ts";
import { onlyBroker } from "./broker-auth-guard.ts";
import type { BrokerAuthOptions } from "./broker-auth-routes.ts";
import { acceptForms } from "./form-body.ts";

const text = Type.Optional(Type.String({ maxLength: 1024 }));
const Question = Type.Object({
  username: text,
  password: text,
  client_id: text,
  vhost: text,
  resource: text,
  name: text,
  permission: text,
  routing_key: text,
});

/** The only virtual host and exchange that MQTT clients get; RabbitMQ's defaults for its MQTT plugin. */
const VHOST = "/";
const EXCHANGE = "amq.topic";

/**
 * What RabbitMQ asks by its `rabbitmq_auth_backend_http` plugin: always 200, with `allow` or `deny` as text. To it MQTT's
 * topics are routing keys, and each client's subscriptions are queues that the client itself declares.
 */
export async function rabbitmqAuthRoutes(instance: FastifyInstance, { access, ...guard }: BrokerAuthOptions) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  acceptForms(app);
  app.addHook("onRequest", onlyBroker(guard));
  const options = (summary: string) => ({
    logLevel: "warn" as const,
    schema: { tags: ["brokers"], summary, body: Question },
  });
  const verdict = (allowed: boolean) => (allowed ? "allow" : "deny");
  const partyOf = (username: string | undefined): Party | null =>
    username === undefined ? null : access.partyOf(username);

  app.post("/mqtt/rabbitmq/user", options("Whether a client may connect"), async ({ body, log }) => {
    const { username, password, client_id: clientId } = body;
    const party = access.signIn({ clientId, username, password });
    if (!party) log.warn({ username, clientId }, "broker: connection refused");
    // Without tags: an administrator's would open the management of the broker.
    return verdict(party !== null);
  });

  app.post("/mqtt/rabbitmq/vhost", options("Whether a client may use a virtual host"), async ({ body }) =>
    verdict(body.vhost === VHOST && partyOf(body.username) !== null),
  );

  app.post(
    "/mqtt/rabbitmq/resource",
    options("Whether a client may use a queue or an exchange"),
    async ({ body }) => {
      const { username, vhost, resource, name, permission } = body;
      if (vhost !== VHOST || partyOf(username) === null) return verdict(false);
      if (resource === "queue") return verdict(isOwnQueue(name, username));
      return verdict(resource === "exchange" && name === EXCHANGE && permission !== "configure");
    },
  );

  app.post(
    "/mqtt/rabbitmq/topic",
    options("Whether a client may publish or subscribe"),
    async ({ body, log }) => {
      const { username, vhost, name, permission, routing_key: key } = body;
      const party = partyOf(username);
      if (vhost !== VHOST || name !== EXCHANGE || !party || key === undefined) return verdict(false);
      const topic = topicOf(key);
      const allowed =
        (permission === "write" && maySend(party, topic, false)) ||
        (permission === "read" && mayHear(party, topic));
      if (!allowed) log.warn({ username, topic, permission }, "broker: topic refused");
      return verdict(allowed);
    },
  );
}

/** `mqtt-subscription-<client id>qos1`, and the client id is the account. */
const isOwnQueue = (name: string | undefined, username: string | undefined): boolean =>
  [0, 1].some((qos) => name === `mqtt-subscription-${username}qos${qos}`);

/** RabbitMQ writes `.` for `/` and `*` for `+`; our topics hold neither. */
const topicOf = (routingKey: string): string => routingKey.replaceAll(".", "/").replaceAll("*", "+");
