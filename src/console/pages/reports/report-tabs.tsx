import { useTranslation } from "react-i18next";
import { may } from "../../api.js";

const REPORTS = ["broadcasts", "approvals", "proof", "attendance"] as const;
export type Report = (typeof REPORTS)[number];

export const isReport = (part: string): part is Report => REPORTS.some((report) => report === part);

export const reportsToSee = (): Report[] =>
  REPORTS.filter((report) => may(report === "attendance" ? "attendance:read" : "registers:read"));

export function ReportTabs({ here, month }: { here: Report; month: string }) {
  const { t } = useTranslation();
  return (
    <nav className="tabs unprinted" aria-label={t("reports.tabs")}>
      {reportsToSee().map((report) => (
        <a
          key={report}
          href={`#/reports/${report}?month=${month}`}
          aria-current={report === here ? "page" : undefined}
        >
          {t(`reports.${report}`)}
        </a>
      ))}
    </nav>
  );
}
