import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { Settings } from "../db/settings.ts";
import { AppError, changedMeanwhile, type ErrorDetail, notFound } from "../errors.ts";
import type { Policy, QuietHours } from "../protocol/messages.ts";
import { quietWindowAt } from "../protocol/quiet-hours.ts";
import { isWithin, parentOf, selfAndAncestors } from "../protocol/region-code.ts";
import { type AreaPolicy, inherit, looserThan, originsOf, type PolicyOrigins } from "./area-policy.ts";
import { parseDay } from "./day.ts";
import type { CountyPolicy } from "./policy-schemas.ts";
import type { PolicyStore, StoredAreaPolicy } from "./policy-store.ts";
import type { ShortenedHours, ShortenedHoursService } from "./shortened-hours.ts";

export interface AreaPolicyView {
  regionCode: string;
  /** `null` when the area adds nothing. */
  own: AreaPolicy | null;
  /** Counts the changes; 0 before the first. */
  version: number;
  effective: Policy;
  origins: PolicyOrigins;
}

export interface PolicyChange {
  /** That it concerns; `null` is everywhere. */
  area: string | null;
  /** Whether something else holds for devices; otherwise a second person has confirmed what holds already. */
  holdsOther: boolean;
}

export interface PolicyService {
  /** Of the whole server: what every area begins with. */
  get(): Policy;
  /** Reaches every device as a new playlist revision. @throws {AppError} `invalid` */
  set(policy: CountyPolicy, userId: string): Policy;
  /** What holds in a region, and for the devices in it. */
  effective(regionCode: string): Policy;
  /** The same, with the quiet hours that count still for what takes two people. */
  agreed(regionCode: string): Policy;
  /** The shorter quiet hours that wait for a second person. */
  shortened(): readonly ShortenedHours[];
  /** As the second person, those that are seen as `version`; `null` is the whole server. @throws {AppError} as `ShortenedHoursService.confirm` */
  confirmShortened(regionCode: string | null, version: number, userId: string): void;
  /** Of what holds in a region: another one at each change of it. */
  versionOf(regionCode: string): string;
  /** The quiet window that holds `at` (epoch ms) in the first of the regions, when it is quiet in all of them. */
  quietEverywhere(regionCodes: readonly string[], at: number): QuietHours | undefined;
  /** The regions inside `area`, itself included, that have a policy of their own. */
  areasWithin(area: string): string[];
  /** The areas in which `at` (epoch ms) is quiet, though it is not in what encloses them. */
  quietAreas(at: number): string[];
  /** @throws {AppError} `not_found` for an unknown region */
  ofArea(regionCode: string): AreaPolicyView;
  /**
   * What the area adds; `null` takes it back. Reaches the devices of the area as one new playlist revision.
   * @throws {AppError} `not_found`; `invalid` when it is looser than what encloses it; `conflict` with another version
   */
  setArea(regionCode: string, own: AreaPolicy | null, userId: string, ifVersion?: number): AreaPolicyView;
  /** Another number after each change of any area's policy. */
  changeCount(): number;
  /** Reads anew what others have changed in the database. */
  reload(): void;
  /** Called in the transaction of a change. */
  onChange(listener: (change: PolicyChange) => void): void;
}

const KEY = "county-policy";
const DATES_HINT = "Name days that the calendar has.";

interface Dependencies {
  store: PolicyStore;
  shortenedHours: ShortenedHoursService;
  settings: Settings;
  regions: { exists(code: string): boolean };
  zone: string;
  /** `schedules/quiet-hours.json`, in force until somebody sets another. */
  shipped: CountyPolicy;
  transact: Transact;
  clock: Clock;
}

export function createPolicyService(deps: Dependencies): PolicyService {
  const { store, shortenedHours, settings, regions, zone, shipped, transact, clock } = deps;
  const listeners: ((change: PolicyChange) => void)[] = [];
  let changes = 0;
  let county = shipped;
  let wholeServer: Policy = { zone, ...shipped };
  let areas = new Map<string, StoredAreaPolicy>();
  /** By region code; areas that add nothing share the policy of their parent. */
  const effectives = new Map<string, Policy>();
  load();

  function load(): void {
    const stored = settings.get(KEY);
    county = stored === null ? shipped : (JSON.parse(stored) as CountyPolicy);
    wholeServer = { zone, ...county };
    areas = new Map(store.all().map((row) => [row.regionCode, row]));
    effectives.clear();
    changes += 1;
    shortenedHours.load();
  }

  /** Writes, and tells who depends on it; what is held in memory follows the database also when that is undone. */
  function change(of: PolicyChange, write: () => void): void {
    transact(() => {
      write();
      load();
      for (const listener of listeners) listener(of);
    }, load);
  }

  const ownOf = (code: string): AreaPolicy | null => areas.get(code)?.own ?? null;

  function effective(code: string): Policy {
    const known = effectives.get(code);
    if (known) return known;
    const own = ownOf(code);
    const policy = own ? inherit(around(code), own) : around(code);
    effectives.set(code, policy);
    return policy;
  }

  /** What holds in the region around another. */
  function around(code: string): Policy {
    const parent = parentOf(code);
    return parent === null ? wholeServer : effective(parent);
  }

  const layersOf = (codes: readonly string[]) => [
    { regionCode: null, own: county },
    ...codes.toReversed().flatMap((regionCode) => {
      const own = ownOf(regionCode);
      return own ? [{ regionCode, own }] : [];
    }),
  ];

  function requireRegion(code: string): void {
    if (!regions.exists(code)) throw notFound("region", code);
  }

  function ofArea(code: string): AreaPolicyView {
    requireRegion(code);
    return {
      regionCode: code,
      own: ownOf(code),
      version: areas.get(code)?.version ?? 0,
      effective: effective(code),
      origins: originsOf(layersOf(selfAndAncestors(code))),
    };
  }

  return {
    get: () => wholeServer,
    changeCount: () => changes,
    effective,
    versionOf: (code) => versionOf(effective(code)),
    ofArea,

    agreed(code) {
      const policy = effective(code);
      const added = shortenedHours.agreedFor(code);
      return added.length === 0 ? policy : inherit(policy, { quietHours: added });
    },
    shortened: shortenedHours.all,
    confirmShortened: (code, version, userId) =>
      change({ area: code, holdsOther: false }, () => shortenedHours.confirm(code, version, userId)),

    set(policy, userId) {
      refuse("The policy names dates that cannot be.", dateProblems(policy), DATES_HINT);
      change({ area: null, holdsOther: true }, () => {
        settings.set(KEY, JSON.stringify(policy));
        shortenedHours.note(null, { before: county.quietHours, after: policy.quietHours }, userId);
      });
      return wholeServer;
    },

    quietEverywhere(codes, at) {
      const windows = codes.values().map((code) => quietWindowAt(effective(code), at));
      const first = windows.next().value;
      return first && windows.every((window) => window !== undefined) ? first : undefined;
    },

    areasWithin: (area) =>
      [...areas.values()].flatMap(({ regionCode, own }) =>
        own && isWithin(regionCode, area) ? [regionCode] : [],
      ),

    quietAreas(at) {
      const isQuiet = (policy: Policy) => quietWindowAt(policy, at) !== undefined;
      return [...areas.values()].flatMap(({ regionCode, own }) =>
        own?.quietHours && isQuiet(effective(regionCode)) && !isQuiet(around(regionCode)) ? [regionCode] : [],
      );
    },

    setArea(code, own, userId, ifVersion) {
      requireRegion(code);
      if (own) {
        refuse("The policy names dates that cannot be.", dateProblems(own), DATES_HINT);
        const limits = originsOf(layersOf(selfAndAncestors(code).slice(1)));
        refuse(
          "An area may only be stricter than what encloses it.",
          looserThan(limits, own),
          "Give less, or change the policy of the region around it first.",
        );
      }
      change({ area: code, holdsOther: true }, () => {
        const version = areas.get(code)?.version ?? 0;
        if (ifVersion !== undefined && ifVersion !== version) {
          throw changedMeanwhile(
            "Somebody else changed the policy of the area meanwhile.",
            `It is at version ${version} now: read it again and repeat your change.`,
          );
        }
        const hours = { before: ownOf(code)?.quietHours ?? [], after: own?.quietHours ?? [] };
        store.save(code, own, clock.now());
        shortenedHours.note(code, hours, userId);
      });
      return ofArea(code);
    },

    reload: load,
    onChange: (listener) => void listeners.push(listener),
  };
}

const VERSION_CHARS = 12;
const versions = new WeakMap<Policy, string>();

/** The same for the same content, so that a change which is taken back leaves no trace. */
function versionOf(policy: Policy): string {
  const known = versions.get(policy);
  if (known !== undefined) return known;
  const version = createHash("sha256")
    .update(JSON.stringify(policy))
    .digest("base64url")
    .slice(0, VERSION_CHARS);
  versions.set(policy, version);
  return version;
}

const dateProblems = ({ quietHours = [] }: AreaPolicy): ErrorDetail[] =>
  quietHours.flatMap(({ dates = [] }, window) =>
    dates.flatMap((date, index) =>
      parseDay(date) === null
        ? [{ at: `/quietHours/${window}/dates/${index}`, message: `There is no ${date} in the calendar.` }]
        : [],
    ),
  );

function refuse(message: string, details: ErrorDetail[], hint: string): void {
  if (details.length > 0) throw new AppError("invalid", message, { details, hint });
}
