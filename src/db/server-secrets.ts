import { randomBytes } from "node:crypto";
import type { SecretBox } from "./secret-box.ts";
import type { Settings } from "./settings.ts";

/** Random secrets of the server's own, made at first use and kept, sealed. */
export interface ServerSecrets {
  /** 256 bits, base64url. */
  secret(key: string): string;
}

const PREFIX = "secret/";

export function createServerSecrets(settings: Pick<Settings, "get" | "set">, box: SecretBox): ServerSecrets {
  return {
    secret(key) {
      const place = PREFIX + key;
      const existing = settings.get(place);
      const opened = existing === null ? null : box.open(existing, place);
      if (opened !== null) return opened;
      if (existing !== null) throw new Error(`the setting ${place} does not open`);
      const fresh = randomBytes(32).toString("base64url");
      settings.set(place, box.seal(fresh, place));
      return fresh;
    },
  };
}
