import { createContext, useContext, useDeferredValue, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Device } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Cached, Clock, Lifecycle, Online, TwinCell } from "./device-cells.tsx";
import { DeviceLink } from "./device-tabs.tsx";

export interface Chosen {
  /** By id, as they were when they were ticked. */
  devices: ReadonlyMap<string, Device>;
  onChoose: (devices: readonly Device[], isChosen: boolean) => void;
  /** Whether those that are shown are still the former ones, which may not be among those that are looked for. */
  isFormer: boolean;
}

interface Props {
  devices: Device[];
  /** `null` for who may change nothing. */
  chosen: Chosen | null;
  onWhy: (device: Device) => void;
}

const NONE: Device[] = [];
/** Apart from the columns, for a tick not to draw all rows anew. */
const ChosenContext = createContext<Chosen | null>(null);

function Tick({ device }: { device: Device }) {
  const { t } = useTranslation();
  const chosen = useContext(ChosenContext);
  if (chosen === null || device.state === "revoked") return null;
  return (
    <input
      type="checkbox"
      checked={chosen.devices.has(device.id)}
      disabled={chosen.isFormer}
      aria-label={t("many.choose", { name: device.name })}
      onChange={({ target }) => chosen.onChoose([device], target.checked)}
    />
  );
}

export function DeviceTable({ devices, chosen, onWhy }: Props) {
  const { t } = useTranslation();
  const columns = useMemo(() => columnsIn(t, onWhy), [t, onWhy]);
  // Rows are much to draw: whatever is typed or clicked meanwhile shows first.
  const rows = useDeferredValue(devices, NONE);
  return (
    <ChosenContext value={chosen}>
      <DataTable caption={t("devices.title")} columns={columns} rows={rows} keyOf={({ id }) => id} />
    </ChosenContext>
  );
}

const columnsIn = (t: ReturnType<typeof useTranslation>["t"], onWhy: Props["onWhy"]): Column<Device>[] => [
  {
    name: "column.device",
    isWide: true,
    cell: (device) => (
      <span>
        <Tick device={device} /> <DeviceLink id={device.id} name={device.name} />
        <small className="below">
          {[t(`kind.${device.kind}`), device.software].filter((each) => each !== null).join(" · ")}
        </small>
        <button type="button" className="quiet" onClick={() => onWhy(device)}>
          {t("whyNot.open")}
        </button>
      </span>
    ),
  },
  {
    name: "column.region",
    cell: ({ regionName, regionCode }) => (
      <span>
        {regionName} <small className="below number">{regionCode}</small>
      </span>
    ),
  },
  {
    name: "column.online",
    cell: ({ state, presence }) =>
      state === "enrolled" ? <Online presence={presence} /> : <Lifecycle state={state} />,
  },
  { name: "column.clock", cell: ({ reported }) => <Clock reported={reported} /> },
  {
    name: "column.cached",
    cell: ({ reported }) => (
      <span>
        <Cached reported={reported} />
        {reported !== null && (
          <small className="below">{t("reported.at", { time: momentText(reported.receivedAt) })}</small>
        )}
      </span>
    ),
  },
  { name: "column.twin", cell: ({ twin }) => <TwinCell twin={twin} /> },
  {
    name: "column.faults",
    isWide: true,
    cell: ({ reported }) =>
      reported === null || reported.faults.length === 0 ? null : (
        <span className="reason">{reported.faults.join("; ")}</span>
      ),
  },
];
