import { useTranslation } from "react-i18next";
import { apiUrl, may } from "../../api.js";
import { Page } from "../../shell/page.tsx";
import { CalendarLinks } from "./calendar-links.tsx";
import { CalendarTabs } from "./calendar-tabs.tsx";
import { ImportSchedules } from "./import-schedules.tsx";
import "./calendar.css";

/** How schedules get to another server, and the timetable into other people's calendars. */
export default function SharingPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("calendar.title")}>
      <section className="view sharing">
        <CalendarTabs here="sharing" />
        <h2>{t("sharing.exportTitle")}</h2>
        <p>{t("sharing.exportWhat")}</p>
        <p className="buttons">
          <a className="button" href={apiUrl("/schedules/export")} download="schedules.json">
            {t("sharing.export")}
          </a>
        </p>
        {may("timetable:edit") && <ImportSchedules />}
        <CalendarLinks />
      </section>
    </Page>
  );
}
