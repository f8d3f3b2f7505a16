import { readFileSync } from "node:fs";
import { messageOf } from "../errors.ts";
import { problemsOfMapping, type RoleMapping } from "./role-mapping.ts";

/** Signing in at a provider of the office's own, by OpenID Connect. */
export interface OidcSettings {
  issuer: URL;
  clientId: string;
  clientSecret: string;
  scopes: string;
  /** Of whom is new here. */
  nameClaim: string;
  /** Holds what the mapping looks for; `realm_access.roles` is a claim inside another. */
  groupsClaim: string;
  roles: RoleMapping;
  /** On the button of the sign-in page; `null` has its own words. */
  label: string | null;
  /** Values of `acr` or `amr` that tell of a second factor; none takes nobody's word for it. */
  secondFactor: string[];
  /** Where the provider sends people back to, and nowhere else. */
  redirectUri: string;
}

interface Reading {
  optional(name: string): string | null;
  text(name: string, fallback: string): string;
  list(name: string): string[];
  /** The path of a file that is there. */
  file(name: string): string | null;
  publicUrl: string | null;
  problems: string[];
}

/** Within the console: a page, so that what went wrong is said there. */
export const SIGNED_IN_PATH = "/signed-in";

/** `null` without an issuer. Adds all that is wrong to `problems`; the secret is in none of them. */
export function readOidcSettings(from: Reading): OidcSettings | null {
  const { optional, text, list, problems, publicUrl } = from;
  const issuer = optional("OIDC_ISSUER");
  const clientId = optional("OIDC_CLIENT_ID");
  const clientSecret = readSecret(from);
  const roles = readMapping(from);
  const settings = {
    scopes: text("OIDC_SCOPES", "openid profile"),
    nameClaim: text("OIDC_NAME_CLAIM", "preferred_username"),
    groupsClaim: text("OIDC_GROUPS_CLAIM", "groups"),
    label: optional("OIDC_LABEL"),
    secondFactor: list("OIDC_SECOND_FACTOR"),
  };
  const needed = {
    OIDC_CLIENT_ID: clientId,
    "OIDC_CLIENT_SECRET or OIDC_CLIENT_SECRET_FILE": clientSecret,
    OIDC_ROLES_FILE: roles,
    PUBLIC_URL: publicUrl,
  };
  if (issuer === null) {
    for (const [name, value] of Object.entries(needed))
      if (name !== "PUBLIC_URL" && value !== null) problems.push(`${name} is of no use without OIDC_ISSUER`);
    return null;
  }
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  if (url === null || !isProtected(url) || url.search !== "" || url.hash !== "")
    problems.push(
      "OIDC_ISSUER must be the provider's https address, without a query: http is for the same machine alone",
    );
  for (const [name, value] of Object.entries(needed))
    if (value === null) problems.push(`OIDC_ISSUER needs ${name}`);
  if (!settings.scopes.split(/\s+/).includes("openid")) problems.push('OIDC_SCOPES must have "openid" in it');
  if (
    url === null ||
    clientId === null ||
    clientSecret === null ||
    roles === null ||
    publicUrl === null ||
    problems.length > 0
  )
    return null;
  return { ...settings, issuer: url, clientId, clientSecret, roles, redirectUri: publicUrl + SIGNED_IN_PATH };
}

/** A secret must not cross a network that others read along. */
const isProtected = ({ protocol, hostname }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(hostname));

function readSecret({ optional, file, problems }: Reading): string | null {
  const value = optional("OIDC_CLIENT_SECRET");
  const path = file("OIDC_CLIENT_SECRET_FILE");
  if (value !== null && path !== null)
    problems.push("OIDC_CLIENT_SECRET and OIDC_CLIENT_SECRET_FILE exclude each other: set one");
  if (path === null) return value;
  const secret = readText("OIDC_CLIENT_SECRET_FILE", path, problems)?.trim();
  if (secret === "") problems.push(`OIDC_CLIENT_SECRET_FILE names an empty file: ${path}`);
  return secret || value;
}

function readMapping({ file, problems }: Reading): RoleMapping | null {
  const path = file("OIDC_ROLES_FILE");
  const text = path === null ? null : readText("OIDC_ROLES_FILE", path, problems);
  if (text === null) return null;
  try {
    const mapping: unknown = JSON.parse(text);
    const wrong = problemsOfMapping(mapping);
    problems.push(...wrong.map((problem) => `OIDC_ROLES_FILE: ${problem}`));
    return wrong.length === 0 ? (mapping as RoleMapping) : null;
  } catch (error) {
    problems.push(`OIDC_ROLES_FILE is not JSON: ${messageOf(error)}`);
    return null;
  }
}

/** `null` when there is no reading it, or no such file, which was said before. */
function readText(name: string, path: string, problems: string[]): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") problems.push(`${name}: ${messageOf(error)}`);
    return null;
  }
}
