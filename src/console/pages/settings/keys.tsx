import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may, read, send } from "../../api.js";
import type { SigningKeys } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { announce } from "../../notices.js";
import { Badge } from "../../parts/badges.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

type Key = SigningKeys["keys"][number];

const LOOKS: Record<Key["role"], [tone: string, sign: string]> = {
  "in-use": ["good", "✓"],
  next: ["plain", "→"],
  before: ["plain", "○"],
};

/** The keys that playlists and commands are signed with. */
export default function Keys() {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const { data, error, refetch } = useLive<SigningKeys>({
    key: ["signing-keys"],
    load: (signal) => read("/signing-keys", signal),
    topics: ["keys"],
  });
  const columns: Column<Key>[] = [
    {
      name: "column.keyRole",
      cell: ({ role }) => {
        const [tone, sign] = LOOKS[role];
        return <Badge tone={tone} sign={sign} text={t(`keyRole.${role}`)} />;
      },
    },
    { name: "column.kid", isWide: true, cell: ({ kid }) => <code>{kid}</code> },
    { name: "column.algorithm", cell: ({ alg }) => alg },
  ];
  return (
    <Page title={t("keys.title")}>
      <section className="view">
        <SettingsTabs here="/keys" />
        {data === undefined &&
          (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
        {data && (
          <>
            <p className="hint">
              {t("keys.serial", { serial: data.serial, time: momentText(data.issuedAt) })}
            </p>
            <DataTable
              caption={t("keys.title")}
              columns={columns}
              rows={data.keys}
              keyOf={({ kid }) => kid}
            />
            <p className="hint">{t("keys.note")}</p>
            {may("keys:rotate") && (
              <p className="buttons">
                <Button onClick={() => setAsking(true)}>{t("keys.rotate")}</Button>
              </p>
            )}
          </>
        )}
        {isAsking && <RotateDialog onChanged={() => void refetch()} onClose={() => setAsking(false)} />}
      </section>
    </Page>
  );
}

function RotateDialog({ onChanged, onClose }: { onChanged: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [compromised, setCompromised] = useState(false);
  return (
    <ConfirmDialog
      title={t("keys.rotateTitle")}
      confirm={t("keys.rotateConfirm")}
      isGrave
      run={(): Promise<SigningKeys> => send("POST", "/signing-keys/rotate", { compromised })}
      onDone={({ serial }) => {
        announce(() => t("keys.rotated", { serial }));
        onChanged();
      }}
      onClose={onClose}
    >
      <p>{t("keys.rotateBody")}</p>
      <label className="tick">
        <input
          type="checkbox"
          checked={compromised}
          onChange={({ target }) => setCompromised(target.checked)}
        />{" "}
        {t("keys.compromised")}
      </label>
      <p className="hint">{t("keys.compromisedHint")}</p>
    </ConfirmDialog>
  );
}
