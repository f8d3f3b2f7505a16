import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Row } from "./segment-rows.ts";

interface Props {
  row: Row;
  /** From 1. */
  position: number;
  count: number;
  /** What it may be called. */
  names: readonly string[];
  onChange: (row: Row) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** One segment of the dialog: what it is, its title, and where it stands. */
export function SegmentRow({ row, position, count, names, onChange, onMove, onRemove }: Props) {
  const { t } = useTranslation();
  const { name, title } = row;
  const what = `${name} ${title}`.trim();
  return (
    <div className="segment-row">
      <select
        aria-label={t("segments.name", { position })}
        value={name}
        onChange={({ target }) => onChange({ ...row, name: target.value })}
      >
        {/* What it is called stays to be chosen until the names are loaded. */}
        {(names.length === 0 ? [name] : names).map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      <input
        aria-label={t("segments.title", { position })}
        value={title}
        onChange={({ target }) => onChange({ ...row, title: target.value })}
        maxLength={200}
        pattern=".*\S.*"
        required
      />
      <span className="segment-moves">
        <Button
          size="small"
          aria-label={t("segments.upWhat", { what })}
          disabled={position === 1}
          onClick={() => onMove(-1)}
        >
          {t("segments.up")}
        </Button>
        <Button
          size="small"
          aria-label={t("segments.downWhat", { what })}
          disabled={position === count}
          onClick={() => onMove(1)}
        >
          {t("segments.down")}
        </Button>
        <Button
          size="small"
          aria-label={t("segments.removeWhat", { what })}
          disabled={count === 1}
          onClick={onRemove}
        >
          {t("segments.remove")}
        </Button>
      </span>
    </div>
  );
}
