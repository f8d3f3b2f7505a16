import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { may, read, send } from "../../api.js";
import type { Backup, Backups } from "../../api-types.ts";
import { momentText, sizeText } from "../../format.js";
import { Badge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { sentence } from "../../server-words.js";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { SettingsTabs } from "../settings/settings-tabs.tsx";

/** A county's database is copied and all of the copy read before the answer comes. */
const MADE_WITHIN_MS = 10 * 60_000;

/** The backups of the database, whether all is well with them, and one now. */
export default function BackupsPage() {
  const { t } = useTranslation();
  const backups = useLive<Backups>({
    key: ["backups"],
    load: (signal) => read("/backups", signal),
    // Each that is made or fails is noted there.
    topics: ["audit"],
  });
  const { data, error, refetch } = backups;
  return (
    <Page title={t("backups.title")}>
      <section className="view">
        <SettingsTabs here="/backups" />
        <p>{t("backups.what")}</p>
        {error !== null && data === undefined && (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        )}
        {error === null && data === undefined && <Loading />}
        {data && (
          <>
            <Health backups={data} />
            {may("backups:make") && <MakeOne onMade={() => void refetch()} />}
            {data.items.length === 0 ? (
              <Empty what="backups.none" hint="backups.noneHint" />
            ) : (
              <BackupTable backups={data.items} />
            )}
            <h2>{t("backups.restoreTitle")}</h2>
            <p>{t("backups.restore")}</p>
            <pre>npm run restore -- {data.items[0]?.name ?? "latest"}</pre>
            <p className="hint">{t("backups.media")}</p>
          </>
        )}
      </section>
    </Page>
  );
}

function Health({ backups: { problem, lastFailure, items } }: { backups: Backups }) {
  const { t } = useTranslation();
  const [newest] = items;
  return (
    <>
      {problem === null ? (
        newest && <p className="done">{t("backups.well", { time: momentText(newest.createdAt) })}</p>
      ) : (
        <div className="warning">
          <p>{sentence(problem)}</p>
          <p className="hint">{t("backups.problemHint")}</p>
        </div>
      )}
      {lastFailure && (
        <div className="problem">
          <p className="problem-title">{t("backups.failed", { time: momentText(lastFailure.at) })}</p>
          <p>{sentence(lastFailure.message)}</p>
          <p className="hint">{t("backups.failedHint")}</p>
        </div>
      )}
    </>
  );
}

function MakeOne({ onMade }: { onMade: () => void }) {
  const { t } = useTranslation();
  const making = useMutation({
    mutationFn: (): Promise<Backup> => send("POST", "/backups", undefined, MADE_WITHIN_MS),
    onSuccess: onMade,
  });
  return (
    <div className="make-backup">
      <Button type="primary" loading={making.isPending} onClick={() => making.mutate()}>
        {t(making.isPending ? "backups.making" : "backups.make")}
      </Button>
      <div aria-live="polite">
        {making.data && <p className="done">{t("backups.made", { name: making.data.name })}</p>}
        {making.error && <ProblemNotice error={making.error} title={t("backups.notMade")} />}
      </div>
    </div>
  );
}

function BackupTable({ backups }: { backups: Backup[] }) {
  const { t } = useTranslation();
  const columns: Column<Backup>[] = [
    { name: "backups.madeAt", cell: ({ createdAt }) => <strong>{momentText(createdAt)}</strong> },
    { name: "backups.name", isWide: true, cell: ({ name }) => <code>{name}</code> },
    { name: "backups.size", cell: ({ bytes }) => <span className="number">{sizeText(bytes)}</span> },
    { name: "backups.proof", cell: () => <Badge tone="good" sign="✓" text={t("backups.proved")} /> },
    { name: "backups.mediaFiles", isWide: true, cell: ({ media }) => <MediaProof media={media} /> },
    {
      name: "backups.auditHead",
      cell: ({ audit }) => <span className="number">{t("backups.upTo", { seq: audit.seq })}</span>,
    },
    { name: "backups.version", cell: ({ version }) => version },
  ];
  return (
    <DataTable caption={t("backups.title")} columns={columns} rows={backups} keyOf={({ name }) => name} />
  );
}

function MediaProof({ media: { files, missing, hashed, examples } }: Pick<Backup, "media">) {
  const { t } = useTranslation();
  if (missing > 0) {
    return (
      <>
        <Badge tone="bad" sign="!" text={t("backups.missing", { missing, files })} />
        <small className="below">{examples.join(", ")}</small>
      </>
    );
  }
  return <>{t(hashed === files ? "backups.mediaRead" : "backups.mediaThere", { files, hashed })}</>;
}
