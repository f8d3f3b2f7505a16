import { asProblem, read, send } from "../../api.js";
import type { AreaPolicy, CountyPolicy, OwnAreaPolicy, PolicyOrigins } from "../../api-types.ts";
import { listRegions } from "../../interrupts.js";
import type { BranchRegion } from "../../parts/region-branches.tsx";
import { inPath, query } from "../../resources.js";

export const CAPS = ["maxVolume", "dailyMinutesCap", "weeklyMinutesCap"] as const;
export type Cap = (typeof CAPS)[number];

/** The rules of an area, or of the whole server. */
export interface AreaRules {
  /** `""` is the whole server. */
  code: string;
  level: string | null;
  /** What it adds itself; `null` for nothing. */
  own: OwnAreaPolicy | null;
  /** Sent with a change; `null` where none is counted. */
  version: number | null;
  /** What holds in it, and what holds around it, line by line. */
  origins: PolicyOrigins;
  around: PolicyOrigins | null;
}

interface Region extends BranchRegion {
  parent: string | null;
}

const originsOfServer = ({ quietHours, maxVolume, ...caps }: CountyPolicy): PolicyOrigins => {
  const limit = (value: number | undefined) => (value === undefined ? null : { value, regionCode: null });
  return {
    quietHours: quietHours.map((window) => ({ ...window, regionCode: null })),
    maxVolume: limit(maxVolume),
    dailyMinutesCap: limit(caps.dailyMinutesCap),
    weeklyMinutesCap: limit(caps.weeklyMinutesCap),
  };
};

const readServer = async (signal: AbortSignal): Promise<{ own: OwnAreaPolicy; origins: PolicyOrigins }> => {
  const policy: CountyPolicy = await read("/policy", signal);
  const { zone: _, ...own } = policy;
  return { own, origins: originsOfServer(policy) };
};

const readArea = (code: string, signal: AbortSignal): Promise<AreaPolicy> =>
  read(`/regions/${inPath(code)}/policy`, signal);

/** What holds around an area; a county's city need not be among the regions. */
async function readAround(parent: string | null, signal: AbortSignal): Promise<PolicyOrigins> {
  try {
    if (parent !== null) return (await readArea(parent, signal)).origins;
  } catch (error) {
    if (asProblem(error).code !== "not_found") throw error;
  }
  return (await readServer(signal)).origins;
}

export async function readRules(code: string, signal: AbortSignal): Promise<AreaRules> {
  if (code === "") {
    return { code, level: null, version: null, around: null, ...(await readServer(signal)) };
  }
  const [{ own, version, origins }, { level, parent }]: [AreaPolicy, Region] = await Promise.all([
    readArea(code, signal),
    read(`/regions/${inPath(code)}`, signal),
  ]);
  return { code, level, own, version, origins, around: await readAround(parent, signal) };
}

/** @param version that was seen; @param own `null` takes back what the area adds */
export function saveRules(code: string, version: number | null, own: OwnAreaPolicy | null): Promise<unknown> {
  if (code === "") return send("PUT", "/policy", own);
  const path = `/regions/${inPath(code)}/policy${query({ ifVersion: version })}`;
  return own === null ? send("DELETE", path) : send("PUT", path, own);
}

/** For the tree. */
export const readRegionsBelow = async (
  code: string | null,
  signal: AbortSignal,
): Promise<{ items: BranchRegion[] }> => ({
  items: await listRegions(code === null ? { level: "county" } : { parent: code }, signal),
});
