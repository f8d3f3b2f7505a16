import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { serverNow } from "../../api.js";
import { dayOf } from "../../format.js";
import { Page } from "../../shell/page.tsx";
import { ApprovalRegister } from "./approval-register.tsx";
import { AttendanceOfMonth } from "./attendance-of-month.tsx";
import { BroadcastRegister } from "./broadcast-register.tsx";
import { MonthField } from "./month-field.tsx";
import { ProofByTown } from "./proof-by-town.tsx";
import { isReport, ReportTabs, reportsToSee } from "./report-tabs.tsx";
import "./reports.css";

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** What a month comes to, to look at, to print and to take along: both registers, proof of play, attendance. */
export default function Reports() {
  const { t } = useTranslation();
  const { part = "" } = useParams();
  const [address, setAddress] = useSearchParams();
  const asked = address.get("month") ?? "";
  const month = MONTH.test(asked) ? asked : dayOf(serverNow()).slice(0, 7);
  const here = isReport(part) ? part : (reportsToSee()[0] ?? "broadcasts");
  return (
    <Page title={t("reports.title")}>
      <section className="view reports">
        <ReportTabs here={here} month={month} />
        <MonthField month={month} onMonth={(next) => setAddress({ month: next }, { replace: true })} />
        <h2>
          {t(`reports.${here}`)} · {month}
        </h2>
        <p className="hint unprinted">{t(`reports.${here}Hint`)}</p>
        {here === "broadcasts" && <BroadcastRegister key={month} month={month} />}
        {here === "approvals" && <ApprovalRegister key={month} month={month} />}
        {here === "proof" && <ProofByTown key={month} month={month} />}
        {here === "attendance" && <AttendanceOfMonth key={month} month={month} />}
      </section>
    </Page>
  );
}
