import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { Device, DevicePlaylist } from "../../api-types.ts";
import { durationText, momentText, sizeText } from "../../format.js";
import { InterruptBadge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { inPath } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";

const SHOWN = 20;
type Entry = DevicePlaylist["broadcasts"][number];

/** The playlist that a device is given, and whether it says that it has this one. */
export function PlaylistPart({ device: { id, reported } }: { device: Device }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const { data, error, refetch } = useLive<DevicePlaylist>({
    key: ["device-playlist", id],
    load: (signal) => read(`/devices/${inPath(id)}/playlist`, signal),
    topics: ["timetable", "interrupts", "content", "devices"],
  });
  const shown = isWhole ? data?.broadcasts : data?.broadcasts.slice(0, SHOWN);
  const columns: Column<Entry>[] = [
    { name: "column.time", cell: ({ startAt }) => <strong>{momentText(startAt)}</strong> },
    {
      name: "column.programme",
      cell: (entry) => (
        <span>
          {entry.programme} <InterruptBadge of={{ class: entry.class, silent: entry.silent ?? false }} />
        </span>
      ),
    },
    {
      name: "column.title",
      isWide: true,
      cell: ({ id: broadcast, title }) => (
        <a href={`#/broadcasts/${broadcast}`}>{title || t("today.untitled")}</a>
      ),
    },
    { name: "playlist.media", isWide: true, cell: ({ items }) => <Media items={items} /> },
  ];
  return (
    <section>
      <h2>{t("playlist.title")}</h2>
      {data === undefined &&
        (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
      {data && shown && (
        <>
          <Held held={reported?.revision ?? null} newest={data} />
          {shown.length === 0 ? (
            <p className="quiet-text">{t("playlist.none")}</p>
          ) : (
            <DataTable caption={t("playlist.title")} columns={columns} rows={shown} keyOf={(row) => row.id} />
          )}
          {shown.length < data.broadcasts.length && (
            <Button onClick={() => setWhole(true)}>
              {t("playlist.whole", { count: data.broadcasts.length })}
            </Button>
          )}
        </>
      )}
    </section>
  );
}

/** The server keeps the newest alone: what the device holds is shown exactly when it is this one. */
function Held({ held, newest: { revision, validUntil } }: { held: number | null; newest: DevicePlaylist }) {
  const { t } = useTranslation();
  const until = momentText(validUntil);
  if (held === revision) return <p className="done">{t("playlist.held", { revision, until })}</p>;
  return (
    <p className="warning">
      {held === null ? t("playlist.notSaid", { revision }) : t("playlist.older", { held, revision })}
    </p>
  );
}

function Media({ items }: Pick<Entry, "items">) {
  const { t } = useTranslation();
  if (items.length === 0) return t("playlist.live");
  return (
    <ul className="plain-list">
      {items.map(({ sha256, title, durationMs, bytes }) => (
        <li key={sha256}>
          {title} <span className="number">{durationText(durationMs)}</span> · {sizeText(bytes)}
        </li>
      ))}
    </ul>
  );
}
