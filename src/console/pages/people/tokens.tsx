import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApiToken } from "../../api-types.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Moment } from "../../parts/moment.tsx";
import { term } from "../../shell/texts.ts";
import { EndDialog } from "./end-dialog.tsx";
import { LiveList } from "./live-list.tsx";
import { listTokens, revokeToken, type Whose } from "./people-data.ts";

/** Somebody's tokens for scripts, each with a way to revoke it. */
export function Tokens({ whose, mayRevoke }: { whose: Whose; mayRevoke: boolean }) {
  const { t } = useTranslation();
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const columns: Column<ApiToken>[] = [
    { name: "column.token", cell: ({ label }) => <strong>{label}</strong> },
    {
      name: "column.scopes",
      isWide: true,
      cell: ({ scopes }) => scopes.map((scope) => term("act", scope)).join(t("list.comma")),
    },
    {
      name: "column.lastUsed",
      isNamed: true,
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? t("tokens.unused") : <Moment at={lastUsedAt} />),
    },
    { name: "column.until", isNamed: true, cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
    {
      name: "column.actions",
      cell: (row) =>
        mayRevoke ? (
          <Button size="small" onClick={() => setRevoking(row)}>
            {t("tokens.revoke")}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <LiveList whose={whose} name="tokens" load={listTokens} none="tokens.none">
        {(items) => (
          <DataTable caption={t("tokens.title")} columns={columns} rows={items} keyOf={({ id }) => id} />
        )}
      </LiveList>
      {revoking && (
        <EndDialog
          title={t("tokens.revokeTitle", { label: revoking.label })}
          confirm={t("tokens.revoke")}
          done={() => t("tokens.revoked", { label: revoking.label })}
          run={() => revokeToken(whose, revoking.id)}
          onClose={() => setRevoking(null)}
        >
          <p>{t("tokens.revokeWhat")}</p>
        </EndDialog>
      )}
    </>
  );
}
