import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "../../api-types.ts";
import { UseFactorDialog } from "../../shell/use-factor-dialog.tsx";
import { RemoveFactorDialog, RenewCodesDialog, SetUpFactor } from "./factor-dialogs.tsx";

type Act = "use" | "setUp" | "renew" | "remove";

function actsOn({ setUp, proven }: Me["secondFactor"]): Act[] {
  if (!setUp) return ["setUp"];
  return [...(proven ? [] : ["use" as const]), "renew", "remove"];
}

/** Whether one is set up, and what can be done about it. */
export function OwnFactor({ me: { secondFactor, password } }: { me: Me }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Act | null>(null);
  const dialog = { hasPassword: password, onClose: () => setOpen(null) };
  return (
    <>
      <p>
        {secondFactor.setUp
          ? t("factor.isSetUp", { count: secondFactor.recoveryCodesLeft })
          : t("factor.isNotSetUp")}
      </p>
      <div className="buttons">
        {actsOn(secondFactor).map((act) => (
          <Button key={act} onClick={() => setOpen(act)}>
            {t(`factor.${act}`)}
          </Button>
        ))}
      </div>
      {open === "use" && <UseFactorDialog onClose={dialog.onClose} />}
      {open === "setUp" && <SetUpFactor {...dialog} />}
      {open === "renew" && <RenewCodesDialog {...dialog} />}
      {open === "remove" && <RemoveFactorDialog {...dialog} />}
    </>
  );
}
