import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { missingSecondFactor } from "../api.js";
import { useSession } from "./session.ts";
import { UseFactorDialog } from "./use-factor-dialog.tsx";

/** Says before it is needed in a hurry that something is missing for it. */
export function FactorWarnings() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  useSession();
  const missing = missingSecondFactor();
  if (missing === null) return null;
  if (missing === "set-up") {
    return (
      <p className="warning">
        {t("factor.wanted")} <a href="#/account">{t("factor.setUpNow")}</a>
      </p>
    );
  }
  return (
    <>
      <p className="warning">
        {t("factor.codeWanted")}{" "}
        <Button size="small" onClick={() => setOpen(true)}>
          {t("factor.use")}
        </Button>
      </p>
      {isOpen && <UseFactorDialog onClose={() => setOpen(false)} />}
    </>
  );
}
