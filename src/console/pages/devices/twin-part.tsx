import { useTranslation } from "react-i18next";
import type { Twin, TwinField } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { fieldText, valueText } from "./twin-words.ts";

interface Row {
  field: TwinField;
  desired: Twin["drift"][number]["desired"];
  reported: Twin["drift"][number]["reported"];
  since: string | null;
}

function rowsOf({ version, desired, reported, drift }: Twin): Row[] {
  const pairs: [TwinField, Row["desired"], Row["reported"]][] = [
    ["version", version, reported?.version ?? null],
    ["volume", desired.volume, reported?.volume ?? null],
    ["groups", desired.groups, reported?.groups ?? null],
    ["policy", desired.policyVersion, reported?.policyVersion ?? null],
    ["maxKbps", desired.maxKbps, reported?.maxKbps ?? null],
    ["software", desired.software, reported?.software ?? null],
  ];
  return pairs.map(([field, wanted, said]) => ({
    field,
    desired: wanted,
    reported: said,
    since: drift.find((each) => each.field === field)?.since ?? null,
  }));
}

/** What a device is to be, what it says that it is, and since when the two differ. */
export function TwinPart({ twin }: { twin: Twin }) {
  const { t } = useTranslation();
  const { desired } = twin;
  const isKnown = twin.reported !== null;
  const columns: Column<Row>[] = [
    { name: "column.twinField", cell: ({ field }) => <strong>{fieldText(field)}</strong> },
    {
      name: "column.desired",
      cell: ({ field, desired: wanted }) =>
        valueText(field, wanted, field === "maxKbps" ? "twin.noCap" : "twin.left"),
    },
    {
      name: "column.reported",
      cell: ({ field, reported }) =>
        valueText(field, reported, isKnown && field === "maxKbps" ? "twin.noCap" : "twin.notSaid"),
    },
    {
      name: "column.drift",
      cell: ({ since }) =>
        since === null ? null : (
          <span className="reason">{t("twin.since", { time: momentText(since) })}</span>
        ),
    },
  ];
  return (
    <section>
      <h2>{t("twin.title")}</h2>
      <DataTable
        caption={t("twin.title")}
        columns={columns}
        rows={rowsOf(twin)}
        keyOf={({ field }) => field}
      />
      <p className="hint">{t("twin.note")}</p>
      {desired.volume !== null && desired.volume > desired.maxVolume && (
        <p className="hint">{t("twin.capped", { value: desired.maxVolume })}</p>
      )}
    </section>
  );
}
