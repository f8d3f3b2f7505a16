import { jwtVerify, SignJWT } from "jose";
import { type Clock, MINUTE_MS, SECOND_MS } from "../clock.ts";
import type { Flow } from "./oidc-client.ts";

/** How long somebody may take to sign in at the provider. */
export const FLOW_LIFETIME_MS = 10 * MINUTE_MS;
const AUDIENCE = "oidc-flow";

/** What a browser keeps of a sign-in that it began, in a cookie that only this server can have written. */
export function createFlowSeal(secret: string, clock: Clock) {
  const key = new TextEncoder().encode(secret);
  return {
    seal: (flow: Flow): Promise<string> =>
      new SignJWT({ ...flow })
        .setProtectedHeader({ alg: "HS256" })
        .setAudience(AUDIENCE)
        .setExpirationTime(Math.floor((clock.now() + FLOW_LIFETIME_MS) / SECOND_MS))
        .sign(key),
    /** `null` for what is too old, or of somebody else's making. */
    async open(sealed: string): Promise<Flow | null> {
      try {
        const { payload } = await jwtVerify<Flow>(sealed, key, {
          algorithms: ["HS256"],
          audience: AUDIENCE,
          requiredClaims: ["exp"],
          currentDate: new Date(clock.now()),
        });
        const { state, nonce, verifier } = payload;
        return { state, nonce, verifier };
      } catch {
        return null;
      }
    },
  };
}
export type FlowSeal = ReturnType<typeof createFlowSeal>;
