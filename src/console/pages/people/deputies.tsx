import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Deputy } from "../../api-types.ts";
import { term } from "../../shell/texts.ts";
import { EndDialog } from "./end-dialog.tsx";
import { LiveList } from "./live-list.tsx";
import { endDeputy, listDeputies, type Whose } from "./people-data.ts";

/** Who stands in for somebody and for whom they do. One's own is ended by who is away, others' by an administrator. */
export function Deputies({ whose, mayEnd }: { whose: Whose; mayEnd: boolean }) {
  const { t } = useTranslation();
  const [ending, setEnding] = useState<Deputy | null>(null);
  const words = (deputy: Deputy) => {
    const as = whose !== null ? "of" : deputy.mine ? "mine" : "theirs";
    return t(`deputies.${as}`, { ...deputy, role: term("role", deputy.role) });
  };
  return (
    <>
      <LiveList whose={whose} name="deputies" load={listDeputies} none="deputies.none">
        {(items) => (
          <ul className="plain-list">
            {items.map((deputy) => (
              <li key={deputy.id} className="comment">
                <span>{words(deputy)}</span>
                {mayEnd && (whose !== null || deputy.mine) && (
                  <Button size="small" onClick={() => setEnding(deputy)}>
                    {t("deputies.end")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </LiveList>
      {ending && (
        <EndDialog
          title={t("deputies.endTitle", { deputy: ending.deputy, of: ending.of })}
          confirm={t("deputies.endConfirm")}
          done={() => t("deputies.ended")}
          run={() => endDeputy(whose, ending.id)}
          onClose={() => setEnding(null)}
        >
          <p>{t("deputies.endWhat")}</p>
        </EndDialog>
      )}
    </>
  );
}
