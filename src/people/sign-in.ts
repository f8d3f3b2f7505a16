import { AppError } from "../errors.ts";
import type { Act, Grant } from "./permissions.ts";

export interface Person {
  id: string;
  name: string;
  roles: readonly Grant[];
}

/** When a sign-in ends by itself. */
export interface SignInLimits {
  /** Without use. */
  idleMs: number;
  /** However much it is used. */
  lifetimeMs: number;
}

/** Who makes a request, and by what. */
export interface SignIn {
  /** Of the sign-in or of the script's token. */
  id: string;
  user: Person;
  /** Whether a second factor was part of it. */
  secondFactor: boolean;
  /** Made at a provider that told of none, of an account with one of its own that was not shown yet. */
  owesCode: boolean;
  /** What a script's token is for; `null` for a person's sign-in. */
  scopes: readonly Act[] | null;
}

export const signInRequired = () =>
  new AppError("unauthorized", "Please sign in.", { hint: "POST /api/v1/sign-in with name and password." });
