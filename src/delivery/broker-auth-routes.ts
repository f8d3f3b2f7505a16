import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import { type Static, Type } from "typebox";
import type { BrokerAccess } from "./broker-access.ts";
import { mayHear, maySend, type Party } from "./broker-acl.ts";
import { type BrokerAuthGuardOptions, onlyBroker } from "./broker-auth-guard.ts";
import { acceptForms } from "./form-body.ts";

export interface BrokerAuthOptions extends BrokerAuthGuardOptions {
  access: BrokerAccess;
}

const text = Type.Optional(Type.String({ maxLength: 1024 }));
const SignInQuestion = Type.Object({ username: text, password: text, clientid: text, peerhost: text });
const AccountQuestion = Type.Object({ username: text });
const TopicQuestion = Type.Object({
  username: text,
  clientid: text,
  topic: text,
  action: Type.Optional(Type.String({ description: "EMQX: publish or subscribe" })),
  retain: Type.Optional(Type.Unknown({ description: "EMQX: whether the message is to be kept" })),
  acc: Type.Optional(
    Type.Unknown({ description: "mosquitto-go-auth: 1 read, 2 write, 3 both, 4 subscribe" }),
  ),
});
type TopicQuestion = Static<typeof TopicQuestion>;

/** Read by each broker in its own fields: EMQX by `result`, mosquitto-go-auth by `ok` or by the status alone. */
const Answer = Type.Object({
  result: Type.Union([Type.Literal("allow"), Type.Literal("deny")]),
  is_superuser: Type.Literal(false),
  ok: Type.Boolean(),
  error: Type.String(),
});

/**
 * What brokers ask over HTTP, in the shapes of EMQX 5 and of mosquitto-go-auth; whoever is unknown, and whatever is not
 * understood, is denied. There is no superuser: the server's own account is held to its prefix as well.
 */
export async function brokerAuthRoutes(instance: FastifyInstance, { access, ...guard }: BrokerAuthOptions) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  acceptForms(app);
  app.addHook("onRequest", onlyBroker(guard));
  const schema = { tags: ["brokers"], response: { 200: Answer, 403: Answer } };

  /**
   * EMQX takes any status but 200 and 204 as "ask the next one", and allows when nobody denies: it needs its denial with
   * a 200. mosquitto-go-auth looks at the status alone unless told otherwise: to it a 200 is a yes.
   */
  const answer = (reply: FastifyReply, allowed: boolean, deniedBy: "body" | "status") =>
    reply.code(allowed || deniedBy === "body" ? 200 : 403).send({
      result: allowed ? "allow" : "deny",
      is_superuser: false,
      ok: allowed,
      error: allowed ? "" : "denied",
    });

  app.post(
    "/mqtt/auth",
    {
      logLevel: "warn",
      schema: { ...schema, summary: "Whether a client may connect", body: SignInQuestion },
    },
    async ({ body, log }, reply) => {
      const { username, password, clientid, peerhost } = body;
      const party = access.signIn({ clientId: clientid, username, password });
      if (!party) log.warn({ username, clientId: clientid, peerhost }, "broker: connection refused");
      return answer(reply, party !== null, peerhost === undefined ? "status" : "body");
    },
  );

  app.post(
    "/mqtt/superuser",
    { logLevel: "warn", schema: { ...schema, summary: "Nobody is a superuser", body: AccountQuestion } },
    async (_request, reply) => answer(reply, false, "status"),
  );

  app.post(
    "/mqtt/acl",
    {
      logLevel: "warn",
      schema: {
        ...schema,
        summary: "Whether a client may publish or subscribe to a topic",
        body: TopicQuestion,
      },
    },
    async ({ body, log }, reply) => {
      const { username, clientid, topic, action } = body;
      const isBound = username !== undefined && (clientid === undefined || clientid === username);
      const party = isBound ? access.partyOf(username) : null;
      const allowed = party !== null && topic !== undefined && isAllowed(party, topic, body);
      if (!allowed) log.warn({ username, topic, action, acc: body.acc }, "broker: topic refused");
      return answer(reply, allowed, action === undefined ? "status" : "body");
    },
  );
}

function isAllowed(party: Party, topic: string, { action, retain, acc }: TopicQuestion): boolean {
  // A broker that does not say whether a message is retained cannot forbid it; both ends live with that.
  if (action === "publish") return maySend(party, topic, retain === true || retain === "true");
  if (action === "subscribe") return mayHear(party, topic);
  if (action !== undefined) return false;
  const mayWrite = () => maySend(party, topic, false);
  // Asked before each delivery as well, with the topic of the message: for the server, whose filters have wildcards,
  // that is another question than the subscription's, and has the same answer.
  const mayRead = () => mayHear(party, topic);
  switch (String(acc)) {
    case "1":
    case "4":
      return mayRead();
    case "2":
      return mayWrite();
    case "3":
      return mayRead() && mayWrite();
    default:
      return false;
  }
}
