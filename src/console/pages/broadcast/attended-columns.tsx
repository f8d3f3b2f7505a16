import type { Column } from "../../parts/data-table.tsx";

/** How many were there, and how many of them checked in by the sheet: of a town as of a village. */
export const attendedColumns = <T extends { attended: number; checkedIn: number }>(): Column<T>[] => [
  {
    name: "attendance.attended",
    isNamed: true,
    cell: ({ attended }) => <strong className="number">{attended}</strong>,
  },
  {
    name: "attendance.checkedIn",
    isNamed: true,
    cell: ({ checkedIn }) => <span className="number">{checkedIn}</span>,
  },
];
