import { Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { may, send } from "../../api.js";
import type { SoftwareChannel } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { announce } from "../../notices.js";
import { Badge } from "../../parts/badges.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { TextField, textOf } from "../../parts/fields.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { inPath } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { listChannels } from "./device-data.ts";
import { DeviceTabs } from "./device-tabs.tsx";

/** What is open: a dialog about a channel, or about a new one. */
type Open = { act: "set"; channel: SoftwareChannel | null } | { act: "remove"; channel: SoftwareChannel };

/** Which software the devices of each channel are to run, and how many lag. */
export default function Software() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open | null>(null);
  const { data, error, refetch } = useLive({
    key: ["software-channels"],
    load: listChannels,
    topics: ["devices"],
  });
  const about = { onChanged: () => void refetch(), onClose: () => setOpen(null) };
  return (
    <Page title={t("channels.title")}>
      <section className="view">
        <DeviceTabs here="/software" />
        {may("software:manage") && (
          <div className="filters">
            <Button type="primary" onClick={() => setOpen({ act: "set", channel: null })}>
              {t("channels.add")}
            </Button>
          </div>
        )}
        <p className="hint">{t("channels.note")}</p>
        {data === undefined &&
          (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
        {data?.items.length === 0 && <Empty what="channels.none" hint="channels.noneHint" />}
        {data && data.items.length > 0 && <Channels channels={data.items} onOpen={setOpen} />}
        {open?.act === "set" && <SetSoftware channel={open.channel} {...about} />}
        {open?.act === "remove" && <RemoveChannel channel={open.channel} {...about} />}
      </section>
    </Page>
  );
}

function Channels({ channels, onOpen }: { channels: SoftwareChannel[]; onOpen: (open: Open) => void }) {
  const { t } = useTranslation();
  const columns: Column<SoftwareChannel>[] = [
    { name: "column.channel", cell: ({ id }) => <strong>{id}</strong> },
    {
      name: "column.software",
      cell: ({ software, changedBy, changedAt }) => (
        <span>
          {software}
          <small className="below">
            {t("channels.changed", { name: changedBy, time: momentText(changedAt) })}
          </small>
        </span>
      ),
    },
    { name: "column.members", cell: ({ devices }) => <span className="number">{devices}</span> },
    {
      name: "column.lagging",
      cell: ({ lagging }) =>
        lagging === 0 ? (
          <Badge tone="good" sign="✓" text={t("channels.noneLags")} />
        ) : (
          <Badge tone="warn" sign="≠" text={t("channels.lag", { count: lagging })} />
        ),
    },
    {
      name: "column.actions",
      isWide: true,
      cell: (channel) =>
        may("software:manage") ? (
          <span className="acts">
            <button type="button" className="quiet" onClick={() => onOpen({ act: "set", channel })}>
              {t("channels.edit")}
            </button>
            <button type="button" className="quiet" onClick={() => onOpen({ act: "remove", channel })}>
              {t("channels.remove")}
            </button>
          </span>
        ) : null,
    },
  ];
  return <DataTable caption={t("channels.title")} columns={columns} rows={channels} keyOf={({ id }) => id} />;
}

interface DialogProps {
  onChanged: () => void;
  onClose: () => void;
}

function SetSoftware({ channel, onChanged, onClose }: DialogProps & { channel: SoftwareChannel | null }) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const first = useRef<HTMLInputElement>(null);
  function run(): Promise<SoftwareChannel> {
    const filled = new FormData(form.current ?? undefined);
    const id = channel?.id ?? textOf(filled, "id").trim();
    return send("PUT", `/software-channels/${inPath(id)}`, { software: textOf(filled, "software").trim() });
  }
  return (
    <ConfirmDialog
      title={channel ? t("channels.editTitle", { id: channel.id }) : t("channels.addTitle")}
      confirm={t("twin.save")}
      run={run}
      first={first}
      onDone={({ id }) => {
        announce(() => t("channels.saved", { id }));
        onChanged();
      }}
      onClose={onClose}
    >
      <form ref={form} onSubmit={(event) => event.preventDefault()}>
        {channel === null && (
          <TextField
            ref={first}
            label={t("channels.id")}
            name="id"
            required
            maxLength={64}
            placeholder="stable"
            hint={<p className="hint">{t("channels.idHint")}</p>}
          />
        )}
        <TextField
          {...(channel ? { ref: first } : {})}
          label={t("channels.software")}
          name="software"
          required
          maxLength={100}
          defaultValue={channel?.software}
          hint={<p className="hint">{t("channels.softwareHint")}</p>}
        />
      </form>
    </ConfirmDialog>
  );
}

function RemoveChannel({ channel: { id }, onChanged, onClose }: DialogProps & { channel: SoftwareChannel }) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog
      title={t("channels.removeTitle", { id })}
      confirm={t("channels.remove")}
      run={() => send("DELETE", `/software-channels/${inPath(id)}`)}
      onDone={() => {
        announce(() => t("channels.removed", { id }));
        onChanged();
      }}
      onClose={onClose}
    >
      <p>{t("channels.removeBody")}</p>
    </ConfirmDialog>
  );
}
