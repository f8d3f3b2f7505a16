import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { DeviceCounts } from "../../api-types.ts";
import { BundleLink } from "./bundle-link.tsx";
import { type Region, useCounts } from "./device-data.ts";

/** One region in numbers; of a village also its bundle for a stick. */
export function RegionSummary({ region }: { region: Region }) {
  const { t } = useTranslation();
  const { code } = region;
  const counts = useCountsOf(region);
  return (
    <div className="region-summary">
      <h2>{region.name}</h2>
      {counts && (
        <p>
          {t("devices.summary", {
            devices: counts.devices,
            enrolled: counts.enrolled,
            online: counts.online,
          })}{" "}
          {region.level !== "village" &&
            t("devices.coverage", {
              villages: counts.villages,
              served: counts.served,
              reached: counts.reached,
            })}
        </p>
      )}
      {region.level === "village" && may("devices:manage") && <BundleLink code={code} />}
    </div>
  );
}

/** It is a row of what lies below its parent, or of where the tree begins. */
function useCountsOf({ code, parent }: Region): DeviceCounts | undefined {
  const isIt = (each: DeviceCounts) => each.code === code;
  const top = useCounts(null).data?.items.find(isIt);
  const below = useCounts(parent, top === undefined && parent !== null).data?.items.find(isIt);
  return top ?? below;
}
