import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { BroadcastWithProof, DeviceProof } from "../../api-types.ts";
import { differenceText, secondsText } from "../../format.js";
import { GradeBadge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { endingText } from "../../server-words.js";
import { term } from "../../shell/texts.ts";

interface Props {
  devices: BroadcastWithProof["devices"];
  /** Where each page begins, up to the one that is shown. */
  cursors: (string | null)[];
  onPage: (cursors: (string | null)[]) => void;
}

/** Device by device, as far as the own roles reach. */
export function DeviceProofs({ devices: { items, nextCursor }, cursors, onPage }: Props) {
  const { t } = useTranslation();
  const columns: Column<DeviceProof>[] = [
    {
      name: "column.device",
      isWide: true,
      cell: ({ deviceId, name, kind }) => (
        <span>
          <a href={`#/devices/${deviceId}`}>{name}</a> <small>{term("kind", kind)}</small>
        </span>
      ),
    },
    {
      name: "column.region",
      cell: ({ regionName, regionCode }) => <span title={regionCode}>{regionName}</span>,
    },
    { name: "column.online", cell: ({ online }) => t(online ? "online.yes" : "online.no") },
    { name: "column.grade", cell: ({ grade }) => <GradeBadge grade={grade} /> },
    {
      name: "column.startedAt",
      cell: ({ startedAt }) =>
        startedAt === null ? null : <span className="number">{secondsText(startedAt)}</span>,
    },
    {
      name: "column.lateness",
      cell: ({ latenessMs }) =>
        latenessMs === null ? null : <span className="number">{differenceText(latenessMs)}</span>,
    },
    {
      name: "column.reason",
      isWide: true,
      cell: ({ reason }) => (reason === null ? null : endingText(reason)),
    },
  ];
  return (
    <>
      <DataTable
        caption={t("proof.devices")}
        columns={columns}
        rows={items}
        keyOf={({ deviceId }) => deviceId}
      />
      {(cursors.length > 1 || nextCursor !== null) && (
        <nav className="pager" aria-label={t("proof.devices")}>
          <Button disabled={cursors.length === 1} onClick={() => onPage(cursors.slice(0, -1))}>
            {t("list.previous")}
          </Button>
          <span className="number">{t("list.page", { page: cursors.length })}</span>
          <Button disabled={nextCursor === null} onClick={() => onPage([...cursors, nextCursor])}>
            {t("list.next")}
          </Button>
        </nav>
      )}
    </>
  );
}
