import { MINUTE_MS } from "../clock.ts";
import { isWithin, levelOf, type RegionLevel, selfAndAncestors } from "../protocol/region-code.ts";

/** What is known of an enrolled device's line. */
export interface Line {
  deviceId: string;
  regionCode: string;
  /** Since when it is gone, by its will or by its silence; `null` while it is there. Epoch ms. */
  goneSince: number | null;
  /** Since when it is there without a break; `null` while it is gone. */
  backSince: number | null;
  /** It has come and gone too often to be called either. */
  isUnstable: boolean;
}

export const OUTAGE_KINDS = ["gone", "unstable"] as const;
export type OutageKind = (typeof OUTAGE_KINDS)[number];

/** One thing for a person to look into: a device's line, or a region's. */
export interface Outage {
  id: number;
  kind: OutageKind;
  /** The region that is cut off, or the region of the device. */
  regionCode: string;
  /** `null` when it is the region's. */
  deviceId: string | null;
  beganAt: number;
  /** The devices that it concerns. */
  deviceIds: string[];
}

export type NewOutage = Omit<Outage, "id">;

export interface Judgement {
  begun: NewOutage[];
  /** More devices of an outage that goes on. */
  joined: { id: number; deviceIds: string[] }[];
  ended: number[];
}

/** A single line is worth a person's time after so long; a region's, of which many tell the same, sooner. */
const SINGLE_MS = 3 * MINUTE_MS;
const REGION_MS = MINUTE_MS;
/** Back for so long, and it is over. */
const BACK_MS = 2 * MINUTE_MS;
/** What went within so long of each other went at once: wills come when each keep-alive has run out. */
const AT_ONCE_MS = 5 * MINUTE_MS;
/** Of a region: fewer devices say nothing about it, and with fewer of them gone it is not the region. */
const MIN_DEVICES = 3;
const REGION_SHARE = 0.6;
const OVER_SHARE = 0.3;
/** The widest first: one outage for the county, not one for each of its towns. */
const LEVELS: readonly RegionLevel[] = ["province", "city", "county", "town", "village"];

/** What begins, grows and ends of the outages that are open. Pure. @param now epoch ms */
export function judgeOutages(lines: readonly Line[], open: readonly Outage[], now: number): Judgement {
  const byId = new Map(lines.map((line) => [line.deviceId, line]));
  const ended = open.filter((outage) => isOver(outage, byId, now)).map(({ id }) => id);
  const standing = open.filter(({ id }) => !ended.includes(id));
  const covered = new Set(
    standing.filter(({ deviceId }) => deviceId === null).flatMap((each) => each.deviceIds),
  );

  const gone = (line: Line, forMs: number) => line.goneSince !== null && now - line.goneSince >= forMs;
  const joined: Judgement["joined"] = [];
  for (const region of standing.filter(({ deviceId }) => deviceId === null)) {
    const more = lines.filter(
      (line) =>
        !covered.has(line.deviceId) &&
        isWithin(line.regionCode, region.regionCode) &&
        gone(line, REGION_MS) &&
        (line.goneSince ?? 0) >= region.beganAt &&
        (line.goneSince ?? 0) <= region.beganAt + AT_ONCE_MS,
    );
    if (more.length === 0) continue;
    for (const { deviceId } of more) covered.add(deviceId);
    joined.push({ id: region.id, deviceIds: more.map(({ deviceId }) => deviceId) });
  }

  const begun: NewOutage[] = [];
  const regions = regionsOf(lines);
  for (const [regionCode, members] of regions) {
    const away = members.filter((line) => !covered.has(line.deviceId) && gone(line, REGION_MS));
    const together = largestAtOnce(away);
    if (members.length < MIN_DEVICES || together.length < members.length * REGION_SHARE) continue;
    // All in one of its parts: that part says it better, and comes later.
    const narrowest = commonRegion(together);
    if (narrowest !== regionCode && (regions.get(narrowest)?.length ?? 0) >= MIN_DEVICES) continue;
    for (const { deviceId } of together) covered.add(deviceId);
    begun.push({
      kind: "gone",
      regionCode,
      deviceId: null,
      beganAt: Math.min(...together.map(({ goneSince }) => goneSince ?? now)),
      deviceIds: together.map(({ deviceId }) => deviceId),
    });
  }

  // What the region explains is no outage of its own any more.
  const explained = standing.filter(({ deviceId }) => deviceId !== null && covered.has(deviceId));
  const known = new Set(standing.flatMap(({ deviceId }) => deviceId ?? []));
  for (const line of lines) {
    if (covered.has(line.deviceId) || known.has(line.deviceId)) continue;
    const kind = line.isUnstable ? "unstable" : gone(line, SINGLE_MS) ? "gone" : null;
    if (kind === null) continue;
    const { deviceId, regionCode } = line;
    begun.push({ kind, regionCode, deviceId, beganAt: line.goneSince ?? now, deviceIds: [deviceId] });
  }
  return { begun, joined, ended: [...ended, ...explained.map(({ id }) => id)] };
}

/** A region's is over when few of its devices are left; those are outages of their own then. */
function isOver({ deviceId, deviceIds }: Outage, byId: ReadonlyMap<string, Line>, now: number): boolean {
  const isBack = (id: string) => {
    const line = byId.get(id);
    if (!line) return true; // revoked
    return !line.isUnstable && line.backSince !== null && now - line.backSince >= BACK_MS;
  };
  const left = deviceIds.filter((id) => !isBack(id)).length;
  return deviceId === null ? left <= deviceIds.length * OVER_SHARE : left === 0;
}

/** Every region that has devices of its own or below it, the widest first. */
function regionsOf(lines: readonly Line[]): Map<string, Line[]> {
  const members = new Map<string, Line[]>();
  for (const line of lines) {
    for (const code of selfAndAncestors(line.regionCode)) {
      const list = members.get(code);
      if (list) list.push(line);
      else members.set(code, [line]);
    }
  }
  const rank = (code: string) => LEVELS.indexOf(levelOf(code));
  return new Map([...members].toSorted(([a], [b]) => rank(a) - rank(b)));
}

/** The narrowest that holds all of them. */
function commonRegion(lines: readonly Line[]): string {
  const [first, ...others] = lines.map(({ regionCode }) => selfAndAncestors(regionCode));
  return first?.find((code) => others.every((codes) => codes.includes(code))) ?? "";
}

/** Most of them that went within `AT_ONCE_MS` of each other. */
function largestAtOnce(away: readonly Line[]): Line[] {
  const sorted = away.toSorted((a, b) => (a.goneSince ?? 0) - (b.goneSince ?? 0));
  let best: Line[] = [];
  let from = 0;
  for (const [to, line] of sorted.entries()) {
    while ((line.goneSince ?? 0) - (sorted[from]?.goneSince ?? 0) > AT_ONCE_MS) from += 1;
    if (to - from + 1 > best.length) best = sorted.slice(from, to + 1);
  }
  return best;
}
