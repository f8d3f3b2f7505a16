import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Outage } from "../../api-types.ts";
import { Page } from "../../shell/page.tsx";
import { DeviceTabs } from "./device-tabs.tsx";
import { OutageTable } from "./outage-table.tsx";
import { PagedList } from "./paged-list.tsx";

/** Lines that are or were cut: a device's, or a region's of which most went at once. */
export default function Outages() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(true);
  return (
    <Page title={t("outages.title")}>
      <section className="view">
        <DeviceTabs here="/outages" />
        <div className="filters">
          <label>
            <input type="checkbox" checked={isOpen} onChange={({ target }) => setOpen(target.checked)} />{" "}
            {t("outages.open")}
          </label>
        </div>
        <PagedList<Outage>
          key={String(isOpen)}
          path="/outages"
          filter={{ open: String(isOpen) }}
          topics={["devices"]}
          none="outages.none"
          noneHint="outages.noneHint"
          table={(outages) => <OutageTable outages={outages} />}
        />
      </section>
    </Page>
  );
}
