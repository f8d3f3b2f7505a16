import { Button } from "antd";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../../api.js";
import type { Content } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField } from "../../parts/fields.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { contentName, isOpen } from "../../parts/review-words.ts";
import { inPath, query } from "../../resources.js";
import { useProgramme } from "./content-data.ts";
import { SegmentRow } from "./segment-row.tsx";
import { added, changeOf, dropped, moved, type Row, rowsOf } from "./segment-rows.ts";

type Episode = Extract<Content, { segments: unknown }>;

interface Props {
  episode: Episode;
  onChanged: (content: Content) => void;
  onClose: () => void;
}

/** The title of an episode and its segments, in the order in which they air; what is there when it is opened is changed. */
export function SegmentsDialog({ episode: now, onChanged, onClose }: Props) {
  const { t } = useTranslation();
  const form = useId();
  const list = useRef<HTMLOListElement>(null);
  const [episode] = useState(now);
  const [title, setTitle] = useState(episode.title);
  const [rows, setRows] = useState(() => rowsOf(episode));
  const [said, setSaid] = useState("");
  const programme = useProgramme(episode.programmeId);
  const names = programme.data?.segments ?? [];
  const lost = dropped(episode, rows);
  const comma = t("list.comma");
  const listed = lost.map(({ name, title }) => `${name} ${title}`).join(comma);

  const path = `/episodes/${inPath(episode.id)}${query({ ifVersion: episode.version })}`;
  function save(): Promise<Content> {
    const change = changeOf(episode, title.trim(), rows);
    return change === null ? Promise.resolve(now) : send("PATCH", path, change);
  }
  function move(from: number, to: number) {
    setRows(moved(rows, from, to));
    setSaid(t("segments.moved", { what: rows[from]?.name ?? "", position: to + 1 }));
    // The rows stay where they are and only what is in them moves: the same button of the other row goes on with it.
    const buttons = list.current?.children[to]?.querySelectorAll<HTMLButtonElement>("button") ?? [];
    const [up, down] = buttons;
    (to < from ? (up?.disabled ? down : up) : down?.disabled ? up : down)?.focus();
  }
  const change = (at: number, row: Row) => setRows(rows.map((each, index) => (index === at ? row : each)));

  return (
    <ConfirmDialog
      title={t("segments.edit")}
      confirm={t("segments.save")}
      isGrave={lost.length > 0}
      form={form}
      run={save}
      onDone={(changed) => {
        onChanged(changed);
        announce(() => t("segments.done", { what: contentName(changed) }));
      }}
      onClose={onClose}
    >
      <form id={form}>
        <TextField
          label={t("create.title")}
          value={title}
          onChange={({ target }) => setTitle(target.value)}
          maxLength={200}
          pattern=".*\S.*"
          required
        />
        <p className="hint">{t("segments.order")}</p>
        {programme.data === undefined &&
          (programme.error === null ? (
            <Loading />
          ) : (
            <ProblemNotice error={programme.error} onRetry={() => void programme.refetch()} />
          ))}
        <ol className="segment-rows" ref={list}>
          {rows.map((row, at) => (
            // Places, not segments: see where the focus goes.
            // biome-ignore lint/suspicious/noArrayIndexKey: as said
            <li key={at}>
              <SegmentRow
                row={row}
                position={at + 1}
                count={rows.length}
                names={names.filter((name) => name === row.name || !rows.some((each) => each.name === name))}
                onChange={(next) => change(at, next)}
                onMove={(by) => move(at, at + by)}
                onRemove={() => setRows(rows.filter((each) => each !== row))}
              />
            </li>
          ))}
        </ol>
        <Button disabled={rows.length >= names.length} onClick={() => setRows(added(rows, names))}>
          {t("segments.add")}
        </Button>
        <p className="unseen" role="status">
          {said}
        </p>
      </form>
      {lost.length > 0 && <p className="warning">{t("segments.drops", { what: listed })}</p>}
      {isOpen(episode.review) && <p className="warning">{t("segments.voids")}</p>}
    </ConfirmDialog>
  );
}
