import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { TextKey } from "../shell/texts.ts";

export interface Column<T> {
  name: TextKey;
  /** `null` for an empty cell. */
  cell: (row: T) => ReactNode;
  /** Has a line of its own on a phone. */
  isWide?: boolean;
  /** Says there what it is, as a time does not. */
  isNamed?: boolean;
}

interface Props<T> {
  caption: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  classOf?: (row: T) => string;
}

/** A table; on a narrow screen each row becomes a card whose cells speak for themselves. */
export function DataTable<T>({ caption, columns, rows, keyOf, classOf }: Props<T>) {
  const { t } = useTranslation();
  return (
    <table className="compact">
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ name }) => (
            <th key={name} scope="col">
              {t(name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={keyOf(row)} row={row} columns={columns} look={classOf?.(row)} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps<T> {
  row: T;
  columns: Column<T>[];
  look: string | undefined;
}

/** Drawn anew where it is another row, or `columns` are others: a long table has those of `useMemo`. */
const Row = memo(function Row<T>({ row, columns, look: ofRow }: RowProps<T>) {
  const { t } = useTranslation();
  return (
    <tr className={ofRow}>
      {columns.map(({ name, cell, isWide, isNamed }) => {
        const content = cell(row);
        const look = content === null ? "blank" : isWide ? "wide" : undefined;
        return (
          <td key={name} className={look} data-label={isNamed ? t(name) : undefined}>
            {content}
          </td>
        );
      })}
    </tr>
  );
}) as <T>(props: RowProps<T>) => ReactNode;
