import { Button } from "antd";
import { create } from "qrcode";
import { useTranslation } from "react-i18next";
import { momentText } from "../../format.js";
import { Empty } from "../../parts/notices.tsx";
import { saveTable } from "../../parts/save-table.ts";
import type { Enrolment } from "./device-data.ts";

interface Props {
  items: Enrolment[];
  onClose: () => void;
}

/** The codes that devices enrol with, to be printed and cut apart; the server does not tell them again. */
export function EnrolmentSheet({ items, onClose }: Props) {
  const { t } = useTranslation();
  const save = () =>
    saveTable("enrolment-codes.csv", [
      [
        t("column.device"),
        t("column.region"),
        t("device.regionCode"),
        t("enrol.server"),
        t("enrol.code"),
        t("enrol.until"),
      ],
      ...items.map(({ name, regionName, regionCode, code, expiresAt }) => [
        name,
        regionName,
        regionCode,
        location.origin,
        code,
        momentText(expiresAt),
      ]),
    ]);
  return (
    <section className="view">
      <div className="unprinted">
        <p>{t("enrol.once", { count: items.length })}</p>
        <div className="buttons">
          {items.length > 0 && (
            <>
              <Button type="primary" onClick={() => print()}>
                {t("enrol.print")}
              </Button>
              <Button onClick={save}>{t("enrol.save")}</Button>
            </>
          )}
          <Button onClick={onClose}>{t("enrol.leave")}</Button>
        </div>
      </div>
      {items.length === 0 && <Empty what="enrol.none" hint="enrol.noneHint" />}
      <ul className="enrolment-cards">
        {items.map((item) => (
          <Card key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Card({ item: { name, regionName, code, expiresAt } }: { item: Enrolment }) {
  const { t } = useTranslation();
  return (
    <li>
      <Code text={`${location.origin}\n${code}`} label={t("enrol.qr", { name })} />
      <div>
        <strong>{name}</strong> {regionName}
        <code>{code}</code>
        <small>{location.origin}</small>
        <small>{t("enrol.validUntil", { time: momentText(expiresAt) })}</small>
      </div>
    </li>
  );
}

/** Modules of white around a code that readers need: ISO/IEC 18004. */
const QUIET = 4;

function Code({ text, label }: { text: string; label: string }) {
  const { modules } = create(text, { errorCorrectionLevel: "M" });
  const { size } = modules;
  const dark = Array.from(modules.data, (isDark, index) =>
    isDark ? `M${(index % size) + QUIET} ${Math.floor(index / size) + QUIET}h1v1h-1z` : "",
  ).join("");
  const side = size + 2 * QUIET;
  return (
    <svg className="qr-code" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label}>
      <rect width={side} height={side} />
      <path d={dark} />
    </svg>
  );
}
