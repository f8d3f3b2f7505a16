import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/open.ts";
import type { Jwks } from "../protocol/http-messages.ts";
import {
  createSigner,
  generateSigningKey,
  publicJwk,
  type Signer,
  type SigningKey,
} from "../protocol/signing.ts";

export interface Keys {
  signer: Signer;
  /** The key in use and the next one, so that devices pin both before the first change. */
  jwks: Jwks;
}

/** Loads the server's signing keys; the first start makes them. */
export async function loadKeys(db: Database, clock: Clock): Promise<Keys> {
  const select = db.prepare<[], SigningKey>(
    "SELECT kid, private_jwk AS privateJwk FROM signing_keys ORDER BY created_at, kid LIMIT 2",
  );
  if (select.all().length < 2) {
    const insert = db.prepare("INSERT INTO signing_keys (kid, private_jwk, created_at) VALUES (?, ?, ?)");
    for (const age of [0, 1]) {
      const key = await generateSigningKey(randomBytes(9).toString("base64url"));
      insert.run(key.kid, key.privateJwk, clock.now() + age);
    }
  }
  const [current, next] = select.all();
  if (!current || !next) throw new Error("the signing keys could not be stored");
  return { signer: await createSigner(current), jwks: { keys: [publicJwk(current), publicJwk(next)] } };
}
