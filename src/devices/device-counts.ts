import type { Static } from "typebox";
import { levelOf, selfAndAncestors } from "../protocol/region-code.ts";
import type { Region } from "../regions/region.ts";
import type { RegionService } from "../regions/region-service.ts";
import type { CountsAnswer } from "./device-view.ts";
import type { RegionCounts, TelemetryStore } from "./telemetry-store.ts";

export interface DeviceCounts {
  /**
   * Of each region right below `within`; without it, of the counties or else of the areas within reach.
   * @param reach `null` for everywhere
   * @throws {AppError} `not_found`
   */
  below(within: string | null, reach: readonly string[] | null): Static<typeof CountsAnswer>;
}

/** More than any county has of what lies right below it. */
const MOST = 10_000;

interface Dependencies {
  telemetry: Pick<TelemetryStore, "countByRegion">;
  regions: Pick<RegionService, "get" | "list" | "within">;
}

export function createDeviceCounts({ telemetry, regions }: Dependencies): DeviceCounts {
  const listed = (filter: Partial<Parameters<RegionService["list"]>[0]>) =>
    regions.list({ parent: null, level: null, q: null, ...filter }, "", MOST);

  function topOf(within: string | null, reach: readonly string[] | null): Region[] {
    if (within !== null) return listed({ parent: regions.get(within).code });
    return reach === null ? listed({ level: "county" }) : reach.map((code) => regions.get(code));
  }

  return {
    below(within, reach) {
      const top = topOf(within, reach);
      const rowsOf = byEnclosing(telemetry.countByRegion(within === null ? reach : [within]));
      return {
        items: top.map((region) => ({
          ...naming(region),
          villages: regions.within(region.code, "village").length,
          ...countsOf(rowsOf.get(region.code) ?? []),
        })),
      };
    },
  };
}

const naming = ({ code, name, level }: Region) => ({ code, name, level });

/** Each row under its region and every one around that: a county's rows are many, and so are a town's villages. */
function byEnclosing(rows: readonly RegionCounts[]): Map<string, RegionCounts[]> {
  const found = new Map<string, RegionCounts[]>();
  for (const row of rows) {
    for (const code of selfAndAncestors(row.regionCode)) {
      const known = found.get(code);
      if (known) known.push(row);
      else found.set(code, [row]);
    }
  }
  return found;
}

function countsOf(own: readonly RegionCounts[]) {
  const sum = (name: Exclude<keyof RegionCounts, "regionCode">) =>
    own.reduce((total, row) => total + row[name], 0);
  const ofVillages = own.filter(({ regionCode }) => levelOf(regionCode) === "village");
  return {
    served: ofVillages.filter(({ loudspeakers }) => loudspeakers > 0).length,
    reached: ofVillages.filter(({ loudspeakersOnline }) => loudspeakersOnline > 0).length,
    devices: sum("devices"),
    enrolled: sum("enrolled"),
    online: sum("online"),
    differing: sum("differing"),
    faulty: sum("faulty"),
  };
}
