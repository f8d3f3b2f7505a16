import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props<T> {
  items: readonly T[];
  onChange: (items: T[]) => void;
  /** What a new row begins with. */
  fresh: () => T;
  addText: string;
  /** How many rows there may be. */
  most?: number;
  children: (item: T, change: (item: T) => void, index: number) => ReactNode;
}

/** Rows that are added, changed and removed. */
export function ListOf<T>({ items, onChange, fresh, addText, most = Infinity, children }: Props<T>) {
  const { t } = useTranslation();
  const replace = (index: number, item: T) => onChange(items.map((each, at) => (at === index ? item : each)));
  return (
    <div className="list-of">
      {items.map((item, index) => (
        // Rows have no identity but their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: as said
        <div key={index} className="row">
          {children(item, (next) => replace(index, next), index)}
          <button
            type="button"
            className="quiet"
            onClick={() => onChange(items.filter((_, at) => at !== index))}
          >
            {t("schedule.remove")}
          </button>
        </div>
      ))}
      {items.length < most && (
        <button type="button" onClick={() => onChange([...items, fresh()])}>
          {addText}
        </button>
      )}
    </div>
  );
}
