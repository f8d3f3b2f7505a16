import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SignInRecord } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Moment } from "../../parts/moment.tsx";
import { EndDialog } from "./end-dialog.tsx";
import { LiveList } from "./live-list.tsx";
import { endSignIn, listSignIns, type Whose } from "./people-data.ts";

/** The browser and the system in few words, as nobody reads the whole. */
function browserOf(agent: string): string {
  const [, browser, version] = /(Edg|OPR|MicroMessenger|Firefox|Chrome|Safari)\/(\d+)/.exec(agent) ?? [];
  if (browser === undefined) return agent.slice(0, 40) || "?";
  const [system] = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent) ?? [];
  return [browser.replace("Edg", "Edge"), version, system].filter(Boolean).join(" ");
}

/** Somebody's sign-ins, each with a way to end it. */
export function SignIns({ whose, mayEnd }: { whose: Whose; mayEnd: boolean }) {
  const { t } = useTranslation();
  const [ending, setEnding] = useState<SignInRecord | null>(null);
  const columns: Column<SignInRecord>[] = [
    {
      name: "column.signIn",
      isWide: true,
      cell: ({ agent, address, current, secondFactor }) => (
        <>
          {browserOf(agent)} {current && <strong>{t("signIns.current")}</strong>}
          <small className="below">
            {address}
            {secondFactor && ` · ${t("signIns.withFactor")}`}
          </small>
        </>
      ),
    },
    { name: "column.since", isNamed: true, cell: ({ createdAt }) => <Moment at={createdAt} /> },
    { name: "column.lastUsed", isNamed: true, cell: ({ lastSeenAt }) => <Moment at={lastSeenAt} /> },
    { name: "column.until", isNamed: true, cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
    {
      name: "column.actions",
      cell: (row) =>
        mayEnd && !row.current ? (
          <Button size="small" onClick={() => setEnding(row)}>
            {t("signIns.end")}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <LiveList whose={whose} name="sign-ins" load={listSignIns} none="signIns.none">
        {(items) => (
          <DataTable caption={t("signIns.title")} columns={columns} rows={items} keyOf={({ id }) => id} />
        )}
      </LiveList>
      {ending && (
        <EndDialog
          title={t("signIns.endTitle", { browser: browserOf(ending.agent), address: ending.address })}
          confirm={t("signIns.endConfirm")}
          done={() => t("signIns.ended")}
          run={() => endSignIn(whose, ending.id)}
          onClose={() => setEnding(null)}
        >
          <p>{t("signIns.endWhat", { since: momentText(ending.createdAt) })}</p>
        </EndDialog>
      )}
    </>
  );
}
