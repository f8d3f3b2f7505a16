import type { IDToken } from "openid-client";
import type { OidcSettings } from "./oidc-settings.ts";

/** What the provider says of whoever signed in there. */
export interface Identified {
  issuer: string;
  subject: string;
  /** What to call them; `null` when the claim is not there. */
  name: string | null;
  /** Of the groups' claim. */
  groups: string[];
  secondFactor: boolean;
}

export type Claims = Record<string, unknown>;

/** @param claims of the ID token @param others that the provider tells besides; of two the ID token's counts */
export function identified(settings: OidcSettings, claims: IDToken, others: Claims): Identified {
  const all = { ...others, ...claims };
  const name = claimOf(all, settings.nameClaim);
  const factors = [claims["acr"], claims["amr"]].flatMap(textsOf);
  return {
    // As it is written here: with or without a slash at the end, it is the same one.
    issuer: settings.issuer.href,
    subject: claims.sub,
    name: typeof name === "string" ? name : null,
    groups: textsOf(claimOf(all, settings.groupsClaim)),
    secondFactor: factors.some((value) => settings.secondFactor.includes(value)),
  };
}

/** A claim by its name, or the one inside others that a name with dots leads to. */
export function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, key)
          ? (value as Claims)[key]
          : undefined,
      claims,
    );
}

const textsOf = (value: unknown): string[] =>
  [value].flat().filter((each): each is string => typeof each === "string");
