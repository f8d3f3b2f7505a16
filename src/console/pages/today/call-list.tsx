import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { DeviceProof } from "../../api-types.ts";
import { useNames } from "../../parts/region-names.ts";
import { saveTable } from "../../parts/save-table.ts";
import { hasIt, missingByTown } from "./readiness-counts.ts";

/** Whom to call before it airs, town by town. */
export function CallList({ devices }: { devices: readonly DeviceProof[] }) {
  const { t } = useTranslation();
  const towns = missingByTown(devices);
  const nameOf = useNames(towns.map(({ town }) => town));
  if (towns.length === 0) return <p className="done">{t("readiness.all")}</p>;
  const stateOf = (device: DeviceProof) =>
    [
      t(hasIt(device) ? "readiness.hasIt" : "readiness.lacksIt"),
      t(device.online ? "readiness.online" : "readiness.offline"),
    ].join(t("list.comma"));

  const save = () =>
    saveTable("call-list.csv", [
      [t("readiness.town"), t("column.region"), t("column.device"), t("column.state")],
      ...towns.flatMap(({ town, devices: missing }) =>
        missing.map((device) => [nameOf(town), device.regionName, device.name, stateOf(device)]),
      ),
    ]);

  return (
    <div className="call-list">
      <h3>{t("readiness.callList")}</h3>
      {towns.map(({ town, devices: missing }) => (
        <details key={town}>
          <summary>{t("readiness.inTown", { town: nameOf(town), count: missing.length })}</summary>
          <ul>
            {missing.map((device) => (
              <li key={device.deviceId}>
                <a href={`#/devices/${device.deviceId}`}>{device.name}</a> {device.regionName} ·{" "}
                {stateOf(device)}
              </li>
            ))}
          </ul>
        </details>
      ))}
      <Button size="small" onClick={save}>
        {t("readiness.save")}
      </Button>
    </div>
  );
}
