import { useTranslation } from "react-i18next";
import { registerUrl } from "../../resources.js";

interface Props {
  register: "broadcasts" | "approvals" | "proof";
  month: string;
}

/** All of a month: as a form to print and to sign, and for a spreadsheet. */
export function TakeAlong({ register, month }: Props) {
  const { t } = useTranslation();
  return (
    <p className="buttons unprinted">
      <a className="button" href={registerUrl(register, month, "html")} target="_blank" rel="noreferrer">
        {t("reports.print")}
      </a>
      <a className="button" href={registerUrl(register, month, "csv")}>
        {t("reports.csv")}
      </a>
    </p>
  );
}
