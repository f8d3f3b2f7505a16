import { useQuery } from "@tanstack/react-query";
import { read, send } from "../../api.js";
import type {
  Device,
  DeviceCounts,
  EnrolmentCode,
  ManyResult,
  Page,
  SoftwareChannel,
  Twin,
} from "../../api-types.ts";
import { inPath, query } from "../../resources.js";
import type { Topic } from "../../shell/change-stream.ts";
import { useLive } from "../../shell/live-query.ts";

/** Which devices are looked at: all of it is in the address. An empty text means any. */
export const FILTERS = ["within", "q", "line", "kind", "state", "twin"] as const;
export type Filter = Record<(typeof FILTERS)[number], string>;

export const filterFrom = (address: URLSearchParams): Filter =>
  Object.fromEntries(FILTERS.map((name) => [name, address.get(name) ?? ""])) as Filter;

export const listDevices = (
  filter: Filter,
  limit: number,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<Device>> => read(`/devices${query({ ...filter, limit, cursor })}`, signal);

export const COUNTS_EVERY_MS = 15_000;
export const COUNTS_TOPICS: Topic[] = ["devices", "regions"];

/** How many devices there are in each region right below one; `null` for where the county's tree begins. */
export const readCounts = (within: string | null, signal: AbortSignal): Promise<{ items: DeviceCounts[] }> =>
  read(`/devices/counts${query({ within })}`, signal);
export const useCounts = (within: string | null, enabled = true) =>
  useLive<{ items: DeviceCounts[] }>({
    key: ["device-counts", within],
    load: (signal) => readCounts(within, signal),
    topics: COUNTS_TOPICS,
    everyMs: COUNTS_EVERY_MS,
    enabled,
  });

export interface Region {
  code: string;
  name: string;
  level: string;
  parent: string | null;
}

/** The region that is chosen, or the county where there is one alone; `null` while it is not known, or for several. */
export function useArea(within: string): Region | null {
  const top = useCounts(null).data?.items ?? [];
  const code = within === "" && top.length === 1 ? (top[0]?.code ?? "") : within;
  const { data } = useQuery<Region>({
    queryKey: ["region-itself", code],
    queryFn: ({ signal }) => read(`/regions/${inPath(code)}`, signal),
    enabled: code !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
  return code === "" ? null : (data ?? null);
}

export const getDevice = (id: string, signal: AbortSignal): Promise<Device> =>
  read(`/devices/${inPath(id)}`, signal);
export const getTwin = (id: string, signal: AbortSignal): Promise<Twin> =>
  read(`/devices/${inPath(id)}/twin`, signal);
export const listChannels = (signal?: AbortSignal): Promise<{ items: SoftwareChannel[] }> =>
  read("/software-channels", signal);

/** A county's devices are many rows. */
const MANY_WITHIN_MS = 60_000;
export const changeTwins = (which: object, change: object): Promise<{ items: ManyResult[] }> =>
  send("PATCH", "/devices/twins", { ...which, change }, MANY_WITHIN_MS);

/** A device with the code that it enrols with, which is shown this once. */
export interface Enrolment extends EnrolmentCode {
  id: string;
  name: string;
  regionName: string;
  regionCode: string;
}

/** Gives each region of a level the device that it lacks. */
export const createMissing = (body: object): Promise<{ items: Enrolment[] }> =>
  send("POST", "/devices/bulk", body, MANY_WITHIN_MS);

export async function issueCodes(
  devices: readonly Omit<Enrolment, keyof EnrolmentCode>[],
  expiresInHours: number,
): Promise<Enrolment[]> {
  const issued: Enrolment[] = [];
  for (const device of devices) {
    const code: EnrolmentCode = await send("POST", `/devices/${inPath(device.id)}/enrolment-code`, {
      expiresInHours,
    });
    issued.push({ ...device, ...code });
  }
  return issued;
}

/** One after another; what was revoked before stays so when it is done again. */
export async function revoke(ids: readonly string[]): Promise<void> {
  for (const id of ids) await send("POST", `/devices/${inPath(id)}/revoke`);
}
