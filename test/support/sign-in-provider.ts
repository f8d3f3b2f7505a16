import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { type Configuration, Provider } from "oidc-provider";
import { freePort } from "./free-port.ts";

/** Somebody with an account at the provider. */
export interface Account {
  preferred_username?: string;
  groups?: string[];
  /** What they signed in with there. */
  amr?: string[];
}

export const CLIENT_ID = "cuncunxiang";
export const CLIENT_SECRET = "the-loudspeakers-of-a-county-and-nobody-else";
/** As Keycloak has them, by default. */
export const GROUPS_CLAIM = "realm_access.roles";
const KID = "one";

/** A real OpenID provider on the loopback, of which a test says who sits before it and what it answers wrongly. */
export async function startProvider(redirectUri: string, port = 0) {
  const at = port === 0 ? await freePort() : port;
  const issuer = `http://127.0.0.1:${at}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: KID, alg: "RS256", use: "sig" };
  const accounts = new Map<string, Account>();
  const desk = {
    /** Who signs in at the provider; `null` calls it off. */
    who: null as string | null,
    /** What becomes of an ID token before it is handed out. */
    spoil: null as ((claims: JWTPayload) => Promise<string>) | null,
  };

  const configuration: Configuration = {
    clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] }],
    jwks: { keys: [jwk] },
    cookies: { keys: ["of a test"] },
    claims: { openid: ["sub", "acr", "amr"], profile: ["preferred_username", "realm_access"] },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 60, Session: 600 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => {
      const { groups = [], preferred_username } = accounts.get(sub) ?? {};
      return {
        accountId: sub,
        claims: () => ({ sub, preferred_username, realm_access: { roles: groups } }),
      };
    },
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({ clientId: CLIENT_ID, accountId: oidc.session?.accountId });
      grant.addOIDCScope("openid profile");
      await grant.save();
      return grant;
    },
  };
  const provider = new Provider(issuer, configuration);
  provider.use(async (ctx, next) => {
    await next();
    const { body } = ctx as { body?: { id_token?: string } };
    if (desk.spoil && body?.id_token) body.id_token = await desk.spoil(decodeJwt(body.id_token));
  });

  /** Nobody types here: whoever is said to be there has signed in. */
  function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { who } = desk;
    const result =
      who === null
        ? { error: "access_denied", error_description: "<b>no</b>" }
        : { login: { accountId: who, amr: accounts.get(who)?.amr ?? ["pwd"] } };
    return provider.interactionFinished(request, response, result);
  }
  const handle = provider.callback();
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/interaction/")) void interact(request, response);
    else void handle(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(at, "127.0.0.1", resolve));

  return {
    issuer,
    port: at,
    accounts,
    desk,
    /** A token as the provider itself would sign it. */
    sign: (claims: JWTPayload): Promise<string> =>
      new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: KID }).sign(privateKey),
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
export type SignInProvider = Awaited<ReturnType<typeof startProvider>>;
