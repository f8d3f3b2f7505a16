import { type Static, Type } from "typebox";
import type { Transact } from "../db/open.ts";
import type { Settings } from "../db/settings.ts";
import { closed, LocalDate, LocalTime } from "../http/schemas.ts";
import type { Policy } from "../protocol/messages.ts";

/** What the county allows its devices at any time; part of every playlist and kept by the device itself. */
export const CountyPolicy = closed({
  quietHours: Type.Array(
    closed({
      from: LocalTime,
      to: LocalTime,
      days: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
          description: "ISO weekdays on which it begins",
        }),
      ),
      dates: Type.Optional(Type.Array(LocalDate, { description: "Dates on which it begins" })),
    }),
    { maxItems: 100 },
  ),
  maxVolume: Type.Integer({ minimum: 0, maximum: 100, description: "Per cent" }),
});
export type CountyPolicy = Static<typeof CountyPolicy>;

export interface PolicyService {
  get(): Policy;
  /** Reaches every device as a new playlist revision. */
  set(policy: CountyPolicy): Policy;
  onChange(listener: () => void): void;
}

const KEY = "county-policy";

/** `shipped` is `schedules/quiet-hours.json`, in force until somebody sets another. */
export function createPolicyService(opts: {
  settings: Settings;
  zone: string;
  shipped: CountyPolicy;
  transact: Transact;
}): PolicyService {
  const listeners: (() => void)[] = [];
  const stored = opts.settings.get(KEY);
  let current: CountyPolicy = stored === null ? opts.shipped : (JSON.parse(stored) as CountyPolicy);
  const get = (): Policy => ({ zone: opts.zone, ...current });
  return {
    get,
    set(policy) {
      const before = current;
      try {
        opts.transact(() => {
          opts.settings.set(KEY, JSON.stringify(policy));
          current = policy;
          for (const listener of listeners) listener();
        });
      } catch (error) {
        current = before;
        throw error;
      }
      return get();
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
