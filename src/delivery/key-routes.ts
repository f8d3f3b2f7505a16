import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { requireDevice } from "../devices/device-auth.ts";
import { closed } from "../http/schemas.ts";
import { KeyChain, type KeySet } from "../protocol/key-set.ts";
import { KEY_ROLES, SigningKeys } from "./key-view.ts";
import type { Keys } from "./keys.ts";

const present = ({ serial, issuedAt, keys }: KeySet): Static<typeof SigningKeys> => ({
  serial,
  issuedAt: toIso(issuedAt),
  keys: keys.map(({ kid, alg }, position) => ({ kid, alg, role: KEY_ROLES[position] ?? "before" })),
});

/** `/signing-keys`; mounted under the API's prefix, inside the sign-in guard. */
export async function keyRoutes(instance: FastifyInstance, { keys }: { keys: Keys }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["operation"];

  app.get(
    "/signing-keys",
    {
      config: { act: "keys:read" },
      schema: {
        tags,
        summary: "The keys that playlists and commands are signed with",
        response: { 200: SigningKeys },
      },
    },
    async () => present(keys.set()),
  );

  app.post(
    "/signing-keys/rotate",
    {
      config: { act: "keys:rotate" },
      schema: {
        tags,
        summary:
          "Sign with the next key from now on, and announce another; devices hold it since the set before. " +
          "`compromised`: they stop trusting the key that was in use as soon as they hear of it",
        body: closed({ compromised: Type.Boolean({ default: false }) }),
        response: { 200: SigningKeys },
      },
      preValidation: async (request) => {
        request.body ??= { compromised: false };
      },
    },
    async (request) => {
      const set = await keys.rotate(request.body.compromised);
      request.log.warn({ serial: set.serial, kid: set.keys[0]?.kid, ...request.body }, "signing key changed");
      return present(set);
    },
  );
}

/** `/device/v1/keys`: how a device comes from the key set it holds to the newest. */
export async function deviceKeyRoutes(
  instance: FastifyInstance,
  { keys }: { keys: Pick<Keys, "chainAfter"> },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/device/v1/keys",
    {
      onRequest: requireDevice,
      logLevel: "warn",
      schema: {
        tags: ["device link"],
        summary: "The signed key sets after a serial, in order; each is signed by a key of the one before",
        querystring: closed({ after: Type.Integer({ minimum: 0 }) }),
        response: { 200: KeyChain },
      },
    },
    async (request, reply) => {
      void reply.header("cache-control", "no-store");
      return { items: keys.chainAfter(request.query.after) };
    },
  );
}
