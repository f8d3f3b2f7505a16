import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { currentUser } from "../../api.js";
import type { Person } from "../../api-types.ts";
import { dayOf, timeText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Moment } from "../../parts/moment.tsx";
import { useNames } from "../../parts/region-names.ts";
import { saveTable } from "../../parts/save-table.ts";
import type { TextKey } from "../../shell/texts.ts";
import { isExpired } from "./people-filter.ts";
import { FactorBadge, PersonState } from "./person-badges.tsx";
import { RolesText } from "./roles-text.tsx";

export function PeopleTable({ people }: { people: Person[] }) {
  const { t } = useTranslation();
  const ownId = currentUser()?.id;
  const columns: Column<Person>[] = [
    {
      name: "column.person",
      cell: ({ id, name }) => (
        <>
          <a href={`#/people/${id}`}>
            <strong>{name}</strong>
          </a>
          {id === ownId && ` ${t("person.you")}`}
        </>
      ),
    },
    { name: "column.roles", isWide: true, cell: ({ roles }) => <RolesText roles={roles} /> },
    { name: "column.personState", cell: (person) => <PersonState person={person} /> },
    { name: "column.secondFactor", cell: (person) => <FactorBadge person={person} /> },
    {
      name: "column.lastSeen",
      isNamed: true,
      cell: ({ lastSeenAt }) => (lastSeenAt === null ? null : <Moment at={lastSeenAt} />),
    },
  ];
  return <DataTable caption={t("people.title")} columns={columns} rows={people} keyOf={({ id }) => id} />;
}

const COLUMNS = [
  "column.person",
  "column.roles",
  "people.area",
  "column.personState",
  "column.secondFactor",
  "column.lastSeen",
] as const satisfies TextKey[];

/** One line for each role of somebody. */
export function SavePeople({ people }: { people: Person[] }) {
  const { t } = useTranslation();
  const nameOf = useNames(people.flatMap(({ roles }) => roles.flatMap(({ area }) => area ?? [])));
  const linesOf = (person: Person): string[][] => {
    const { name, roles, state, secondFactor, lastSeenAt } = person;
    const rest = [
      t(`personState.${isExpired(person) ? "expired" : state}`),
      t(secondFactor ? "factor.yes" : "factor.no"),
      lastSeenAt === null ? "" : `${dayOf(lastSeenAt)} ${timeText(lastSeenAt)}`,
    ];
    const held = roles.map(({ role, area }) => [t(`role.${role}`), area === null ? "" : nameOf(area)]);
    return (held.length === 0 ? [["", ""]] : held).map((cells) => [name, ...cells, ...rest]);
  };
  const save = () =>
    saveTable("people.csv", [COLUMNS.map((column) => t(column)), ...people.flatMap(linesOf)]);
  return <Button onClick={save}>{t("people.save")}</Button>;
}
