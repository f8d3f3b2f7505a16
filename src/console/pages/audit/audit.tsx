import { useTranslation } from "react-i18next";
import { Page } from "../../shell/page.tsx";
import { Entries } from "./entries.tsx";
import { Integrity } from "./integrity.tsx";
import { WhoMadeIt } from "./who-made-it.tsx";

/** The auditor's view: who made a village speak, whether the log is whole, and every act and refusal. */
export default function Audit() {
  const { t } = useTranslation();
  return (
    <Page title={t("audit.title")}>
      <section className="view">
        <p>{t("audit.what")}</p>
        <WhoMadeIt />
        <Integrity />
        <Entries />
      </section>
    </Page>
  );
}
