import { useTranslation } from "react-i18next";
import type { Attendance } from "../../api-types.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { attendedColumns } from "./attended-columns.tsx";

export type Town = Attendance["towns"][number];

const total = (towns: readonly Town[], of: (town: Town) => number): number =>
  towns.reduce((sum, town) => sum + of(town), 0);

interface Props {
  caption: string;
  towns: Town[];
  /** Columns after those of the numbers. */
  more?: Column<Town>[];
}

/** How many were at a lecture, in all and by town; no names. */
export function TownTable({ caption, towns, more = [] }: Props) {
  const { t } = useTranslation();
  const columns: Column<Town>[] = [
    { name: "attendance.town", cell: ({ name }) => name },
    ...attendedColumns(),
    {
      name: "attendance.headcount",
      isNamed: true,
      cell: ({ headcount }) => (headcount === null ? null : <span className="number">{headcount}</span>),
    },
    {
      name: "attendance.reported",
      isNamed: true,
      cell: ({ reported, sites }) => <span className="number">{`${reported} / ${sites}`}</span>,
    },
    {
      name: "attendance.rating",
      isNamed: true,
      cell: ({ ratings: { count, mean } }) => {
        if (count === 0) return null;
        return mean === null
          ? t("attendance.fewRatings", { count })
          : t("attendance.mean", { count, mean: mean.toFixed(1) });
      },
    },
    ...more,
  ];
  return (
    <>
      <p>
        {t("attendance.total", {
          attended: total(towns, ({ attended }) => attended),
          reported: total(towns, ({ reported }) => reported),
          sites: total(towns, ({ sites }) => sites),
        })}
      </p>
      <DataTable caption={caption} columns={columns} rows={towns} keyOf={({ regionCode }) => regionCode} />
    </>
  );
}
