import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { Device, ManyResult } from "../../api-types.ts";
import { readPages } from "../../live.js";
import { ProblemNotice } from "../../parts/notices.tsx";
import { saveTable } from "../../parts/save-table.ts";
import { type Enrolment, type Filter, listDevices, useArea } from "./device-data.ts";
import type { Chosen } from "./device-table.tsx";
import { EnrolDialog } from "./enrol-dialog.tsx";
import { ManyDialog } from "./many-dialog.tsx";
import { ManyResults } from "./many-results.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";

interface Props {
  filter: Filter;
  shown: Device[];
  chosen: Chosen;
  onChanged: () => void;
  onCodes: (codes: Enrolment[]) => void;
}

/** What can be done with the devices that are ticked, or with all of a region. */
export function ChosenActs({ filter, shown, chosen, onChanged, onCodes }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"many" | "enrol" | "revoke" | null>(null);
  const [results, setResults] = useState<ManyResult[] | null>(null);
  const devices = [...chosen.devices.values()];
  const count = devices.length;
  const choosable = shown.filter(({ state }) => state !== "revoked");
  const area = useArea(filter.within);
  const close = () => setOpen(null);
  return (
    <>
      <div className="buttons">
        {may("devices:manage") && (
          <>
            {choosable.length > 0 && (
              <label>
                <input
                  type="checkbox"
                  checked={choosable.every(({ id }) => chosen.devices.has(id))}
                  disabled={chosen.isFormer}
                  onChange={({ target }) => chosen.onChoose(choosable, target.checked)}
                />{" "}
                {t("many.chooseShown")}
              </label>
            )}
            <Button onClick={() => setOpen("many")}>
              {count === 0 ? t("many.openAreas") : t("many.openChosen", { count })}
            </Button>
            <Button disabled={count === 0 && area === null} onClick={() => setOpen("enrol")}>
              {count === 0 ? t("enrol.openAreas") : t("enrol.openChosen", { count })}
            </Button>
            {count > 0 && (
              <Button danger onClick={() => setOpen("revoke")}>
                {t("revoke.openChosen", { count })}
              </Button>
            )}
          </>
        )}
        <SaveList filter={filter} />
      </div>
      {open === "many" && (
        <ManyDialog
          devices={devices}
          within={filter.within}
          onDone={(items) => {
            setResults(items);
            onChanged();
          }}
          onClose={close}
        />
      )}
      {open === "enrol" && (
        <EnrolDialog devices={devices} area={count === 0 ? area : null} onCodes={onCodes} onClose={close} />
      )}
      {open === "revoke" && <RevokeDialog devices={devices} onDone={onChanged} onClose={close} />}
      {results && <ManyResults items={results} onClose={() => setResults(null)} />}
    </>
  );
}

const SAVED_PAGE = 500;
const MOST_PAGES = 40;

/** All devices that fit, as CSV. */
function SaveList({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const saving = useMutation({
    mutationFn: () =>
      readPages((cursor: string | null) => listDevices(filter, SAVED_PAGE, cursor), MOST_PAGES),
    onSuccess: ({ items }) =>
      saveTable("devices.csv", [
        [
          t("column.device"),
          t("column.region"),
          t("device.regionCode"),
          t("column.kind"),
          t("column.lifecycle"),
          t("column.online"),
          t("column.twin"),
          t("column.faults"),
        ],
        ...items.map((device: Device) => rowOf(device, t)),
      ]),
  });
  return (
    <>
      <Button loading={saving.isPending} onClick={() => saving.mutate()}>
        {t("devices.save")}
      </Button>
      {saving.error && <ProblemNotice error={saving.error} />}
    </>
  );
}

function rowOf(device: Device, t: ReturnType<typeof useTranslation>["t"]): string[] {
  const { name, regionName, regionCode, kind, state, presence, twin, reported } = device;
  const online = presence === null ? "online.never" : presence.online ? "online.yes" : "online.no";
  return [
    name,
    regionName,
    regionCode,
    t(`kind.${kind}`),
    t(`lifecycle.${state}`),
    t(online),
    t(`twinState.${twin.state}`),
    reported?.faults.join("; ") ?? "",
  ];
}
