import { useTranslation } from "react-i18next";
import type { AuditEntry } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { Badge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { sentence } from "../../server-words.js";

const LOOKS = { done: ["✓", "good"], refused: ["×", "warn"], failed: ["!", "bad"] } as const;

export function EntryTable({ entries }: { entries: AuditEntry[] }) {
  const { t } = useTranslation();
  const columns: Column<AuditEntry>[] = [
    { name: "audit.seq", cell: ({ seq }) => <span className="number">{seq}</span> },
    { name: "audit.at", cell: ({ at }) => momentText(at) },
    {
      name: "audit.actor",
      cell: ({ actor: { name, kind } }) =>
        name === null || kind === "person" ? (
          (name ?? t(`audit.${kind}`))
        ) : (
          <>
            {name} <small>{t(`audit.${kind}`)}</small>
          </>
        ),
    },
    { name: "audit.act", isWide: true, cell: ({ act }) => <code>{act}</code> },
    {
      name: "audit.outcome",
      cell: ({ outcome }) => {
        const [sign, tone] = LOOKS[outcome];
        return <Badge tone={tone} sign={sign} text={t(`audit.${outcome}`)} />;
      },
    },
    { name: "audit.details", isWide: true, cell: (entry) => <Details entry={entry} /> },
  ];
  return (
    <DataTable
      caption={t("audit.entries")}
      columns={columns}
      rows={entries}
      keyOf={({ seq }) => String(seq)}
    />
  );
}

function Details({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const { reason, objects, changes, address, requestId, hash } = entry;
  const facts = [
    [t("audit.address"), address],
    [t("audit.request"), requestId],
    [t("audit.hash"), hash],
  ] as const;
  return (
    <details>
      <summary>
        {reason === null ? (objects[0] ?? t("audit.more")) : sentence(reason)}
        {changes.length > 0 && ` · ${t("audit.changed", { count: changes.length })}`}
      </summary>
      {objects.length > 0 && <p>{objects.join(", ")}</p>}
      {changes.map(({ object, in: table, before, after }) => (
        <div key={`${table} ${object} ${JSON.stringify(after)}`} className="change">
          <p>
            {table} · {object}
          </p>
          <pre>{`− ${JSON.stringify(before)}\n+ ${JSON.stringify(after)}`}</pre>
        </div>
      ))}
      <ul className="plain-list">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <li key={name}>
              {name} <code>{value}</code>
            </li>
          ),
        )}
      </ul>
    </details>
  );
}
