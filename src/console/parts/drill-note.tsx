import { useTranslation } from "react-i18next";

/** What a drill is, said wherever one is made or confirmed. */
export function DrillNote({ isSilent }: { isSilent: boolean }) {
  const { t } = useTranslation();
  return <p className="drill-note">{t(isSilent ? "drill.silentNote" : "drill.note")}</p>;
}
