import { Type } from "typebox";
import { enumOf, Instant } from "../http/schemas.ts";
import { SIGNATURE_ALGORITHMS } from "../protocol/key-set.ts";

/** What `/signing-keys` answers with. */

/** By their position in a set; all after the second were in use before. */
export const KEY_ROLES = ["in-use", "next", "before"] as const;
export const SigningKeys = Type.Object({
  serial: Type.Integer({ description: "Of the set that devices are told to trust" }),
  issuedAt: Instant,
  keys: Type.Array(
    Type.Object({ kid: Type.String(), alg: enumOf(SIGNATURE_ALGORITHMS), role: enumOf(KEY_ROLES) }),
  ),
});
