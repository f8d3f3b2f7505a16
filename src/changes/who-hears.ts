import { reachOf } from "../people/permissions.ts";
import type { SignIn } from "../people/sign-in.ts";
import { isWithin } from "../protocol/region-code.ts";
import { ALL, type Change } from "./change-feed.ts";
import { ruleOf } from "./topics.ts";

/**
 * Whether somebody is told of it: who may read the topic where it has changed, and whom it is about. A script's token needs
 * the scope as well.
 */
export function hears({ user, scopes }: Pick<SignIn, "user" | "scopes">, { topic, about }: Change): boolean {
  const { act, oneself } = ruleOf(topic);
  if (scopes !== null && !scopes.includes(act)) return false;
  const reach = reachOf(user.roles, act);
  if (reach === null || (oneself && about.has(user.id))) return true;
  if (reach.length === 0) return false;
  return [...about].some((code) => code === ALL || reach.some((area) => isWithin(code, area)));
}
