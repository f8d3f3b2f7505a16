import * as library from "openid-client";
import type { BaseLogger } from "pino";
import { type Clock, HOUR_MS, SECOND_MS } from "../clock.ts";
import { type Claims, claimOf, type Identified, identified } from "./oidc-claims.ts";
import { explainOidc } from "./oidc-errors.ts";
import type { OidcSettings } from "./oidc-settings.ts";

/** What the browser that begins keeps to itself until it comes back. */
export interface Flow {
  state: string;
  nonce: string;
  /** Of PKCE (RFC 7636). */
  verifier: string;
}

export interface OidcClient {
  /** Where to send the browser. @throws {AppError} `unavailable` */
  begin(): Promise<{ url: string; flow: Flow }>;
  /**
   * Takes what the browser came back with.
   * @param answer the query of the address that the provider sent it to
   * @throws {AppError} `unauthorized` for whatever does not hold, `unavailable`
   */
  finish(answer: string, flow: Flow): Promise<Identified>;
  /** Why the provider could not be asked the last time; `null` when it could. Tries again by itself, in the background. */
  problem(): string | null;
}

const ANSWER_WITHIN_S = 10;
/** Between what the provider's clock says and what the system's does. */
const CLOCK_TOLERANCE_S = 30;
/** An older sign-in at the provider is not taken for one here: it may be another who sits there now. */
const SIGNED_IN_WITHIN_S = 600;
/** The provider's own account of itself is read again after that. */
const KNOWN_FOR_MS = HOUR_MS;
const TRY_AGAIN_AFTER_MS = 10 * SECOND_MS;

/** Authorization code flow of OpenID Connect Core 1.0 with PKCE, state, nonce and the issuer's mark (RFC 9207). */
export function createOidcClient(
  settings: OidcSettings,
  { clock, log }: { clock: Clock; log: Pick<BaseLogger, "warn"> },
): OidcClient {
  const { issuer, clientId, clientSecret, redirectUri } = settings;
  let known: { provider: library.Configuration; until: number } | null = null;
  let asking: Promise<library.Configuration> | null = null;
  let failed: { problem: string; at: number } | null = null;

  async function discover(): Promise<library.Configuration> {
    const execute = [library.enableNonRepudiationChecks];
    if (issuer.protocol === "http:") execute.push(library.allowInsecureRequests);
    try {
      const client = { client_secret: clientSecret, [library.clockTolerance]: CLOCK_TOLERANCE_S };
      const options = { execute, timeout: ANSWER_WITHIN_S, [library.customFetch]: onItsOwnConnection };
      const provider = await library.discovery(issuer, clientId, client, authenticate(clientSecret), options);
      known = { provider, until: clock.steadyMs() + KNOWN_FOR_MS };
      failed = null;
      return provider;
    } catch (error) {
      const explained = explainOidc(error);
      if (failed === null) log.warn({ err: error }, "the sign-in provider cannot be asked");
      failed = { problem: explained.message, at: clock.steadyMs() };
      throw explained;
    } finally {
      asking = null;
    }
  }

  function ask(): Promise<library.Configuration> {
    if (known && known.until > clock.steadyMs()) return Promise.resolve(known.provider);
    asking ??= discover();
    return asking;
  }

  return {
    async begin() {
      const provider = await ask();
      const flow: Flow = {
        state: library.randomState(),
        nonce: library.randomNonce(),
        verifier: library.randomPKCECodeVerifier(),
      };
      const url = library.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await library.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: "S256",
        max_age: String(SIGNED_IN_WITHIN_S),
      });
      return { url: url.href, flow };
    },

    async finish(answer, { state, nonce, verifier }) {
      const provider = await ask();
      const address = new URL(redirectUri);
      address.search = answer;
      try {
        const tokens = await library.authorizationCodeGrant(provider, address, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          maxAge: SIGNED_IN_WITHIN_S,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims) throw new Error("The provider's answer has no ID token.");
        return identified(
          settings,
          claims,
          await moreClaims(provider, settings, claims, tokens.access_token),
        );
      } catch (error) {
        throw explainOidc(error);
      }
    },

    problem() {
      const isDue = failed ? failed.at + TRY_AGAIN_AFTER_MS <= clock.steadyMs() : known === null;
      // What it finds is said the next time.
      if (isDue) ask().catch(() => {});
      return failed?.problem ?? null;
    },
  };
}

/** Minutes lie between two sign-ins: a connection that is kept meanwhile may be gone at its other end, and a code is sent once. */
const onItsOwnConnection: library.CustomFetch = (url, { body = null, ...options }) =>
  fetch(url, { ...options, body, headers: { ...options.headers, connection: "close" } });

/** By HTTP's own scheme where the provider takes it, as RFC 6749 section 2.3.1 prefers; in the body where it does not. */
function authenticate(secret: string): library.ClientAuth {
  const [basic, post] = [library.ClientSecretBasic(secret), library.ClientSecretPost(secret)];
  return (server, ...request) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return (methods.includes("client_secret_basic") ? basic : post)(server, ...request);
  };
}

/** Many providers keep groups and names out of the ID token. */
async function moreClaims(
  provider: library.Configuration,
  { nameClaim, groupsClaim }: OidcSettings,
  claims: library.IDToken,
  accessToken: string,
): Promise<Claims> {
  const isComplete = [nameClaim, groupsClaim].every((name) => claimOf(claims, name) !== undefined);
  if (isComplete || provider.serverMetadata().userinfo_endpoint === undefined) return {};
  return library.fetchUserInfo(provider, accessToken, claims.sub);
}
