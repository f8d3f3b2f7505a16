import { TOTP } from "otpauth";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { SECOND_MS } from "../../src/clock.ts";
import type { RunningApp } from "./app.ts";
import type { TestClock } from "./fleet.ts";

export interface AdministratorsFactor {
  /** Codes count once: half a minute passes. */
  nextCode(): string;
  signIn(): Promise<Operator>;
}

/** Of somebody's own, with this sign-in, which counts as made with it from then on. @returns its secret */
export async function setUpSecondFactor(
  operator: Operator,
  currentPassword: string,
  at = Date.now(),
): Promise<string> {
  const { secret } = await operator.post<{ secret: string }>("/me/second-factor", { currentPassword });
  await operator.post("/me/second-factor/confirm", {
    code: new TOTP({ secret }).generate({ timestamp: at }),
  });
  return secret;
}

/** Sets up the administrator's second factor, which the sign-in of `app` counts as made with from then on. */
export async function giveSecondFactor(app: RunningApp, clock: TestClock): Promise<AdministratorsFactor> {
  clock.advance(30 * SECOND_MS);
  const secret = await setUpSecondFactor(app.operator, app.password, clock.now());
  const nextCode = () => {
    clock.advance(30 * SECOND_MS);
    return new TOTP({ secret }).generate({ timestamp: clock.now() });
  };
  return { nextCode, signIn: () => signIn(app.url, "admin", app.password, nextCode()) };
}
