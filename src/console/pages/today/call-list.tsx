import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { may, read } from "../../api.js";
import type { Contact, DeviceProof, RegionContact } from "../../api-types.ts";
import { readPages } from "../../live.js";
import { ContactLinks, contactText } from "../../parts/contact-links.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { useNames } from "../../parts/region-names.ts";
import { saveTable } from "../../parts/save-table.ts";
import { query } from "../../resources.js";
import { hasIt, missingByTown } from "./readiness-counts.ts";

const PAGE = 500;
const MOST_PAGES = 40;

async function readContacts(): Promise<RegionContact[]> {
  const page = (cursor: string | null) => read(`/contacts${query({ limit: PAGE, cursor })}`);
  return (await readPages<RegionContact>(page, MOST_PAGES)).items;
}

/** Whom to call before it airs, town by town. The telephones are asked for by hand: each reading is in the audit log. */
export function CallList({ devices }: { devices: readonly DeviceProof[] }) {
  const { t } = useTranslation();
  const calling = useMutation({ mutationFn: readContacts });
  const towns = missingByTown(devices);
  const nameOf = useNames(towns.map(({ town }) => town));
  if (towns.length === 0) return <p className="done">{t("readiness.all")}</p>;
  const contacts = calling.data && Map.groupBy(calling.data, ({ regionCode }) => regionCode);
  const contactsOf = (code: string): Contact[] => contacts?.get(code) ?? [];
  const stateOf = (device: DeviceProof) =>
    [
      t(hasIt(device) ? "readiness.hasIt" : "readiness.lacksIt"),
      t(device.online ? "readiness.online" : "readiness.offline"),
    ].join(t("list.comma"));

  function save() {
    const called = (code: string) => contactsOf(code).map(contactText).join(t("list.comma"));
    const more = (...cells: string[]) => (contacts === undefined ? [] : cells);
    saveTable("call-list.csv", [
      [
        t("readiness.town"),
        t("column.region"),
        t("column.device"),
        t("column.state"),
        ...more(t("readiness.telephone"), t("readiness.townTelephone")),
      ],
      ...towns.flatMap(({ town, devices: missing }) =>
        missing.map((device) => [
          nameOf(town),
          device.regionName,
          device.name,
          stateOf(device),
          ...more(called(device.regionCode), called(town)),
        ]),
      ),
    ]);
  }

  return (
    <div className="call-list">
      <h3>{t("readiness.callList")}</h3>
      {towns.map(({ town, devices: missing }) => (
        <Unfolded key={town} summary={t("readiness.inTown", { town: nameOf(town), count: missing.length })}>
          {() => (
            <>
              {contactsOf(town).length > 0 && (
                <p>
                  <ContactLinks contacts={contactsOf(town)} />
                </p>
              )}
              <ul>
                {missing.map((device) => (
                  <li key={device.deviceId}>
                    <a href={`#/devices/${device.deviceId}`}>{device.name}</a> {device.regionName} ·{" "}
                    {stateOf(device)}
                    {device.regionCode !== town && contactsOf(device.regionCode).length > 0 && (
                      <>
                        {" · "}
                        <ContactLinks contacts={contactsOf(device.regionCode)} />
                      </>
                    )}
                  </li>
                ))}
              </ul>
            </>
          )}
        </Unfolded>
      ))}
      {calling.error && <ProblemNotice error={calling.error} onRetry={() => calling.mutate()} />}
      {contacts?.size === 0 && <p className="hint">{t("readiness.noContacts")}</p>}
      <div className="buttons">
        {may("contacts:call") && contacts === undefined && (
          <Button size="small" loading={calling.isPending} onClick={() => calling.mutate()}>
            {t("readiness.showTelephones")}
          </Button>
        )}
        <Button size="small" onClick={save}>
          {t("readiness.save")}
        </Button>
      </div>
    </div>
  );
}

interface UnfoldedProps {
  summary: string;
  children: () => ReactNode;
}

/** Drawn once it is unfolded: all of a county is a line for every village. */
function Unfolded({ summary, children }: UnfoldedProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && children()}
    </details>
  );
}
