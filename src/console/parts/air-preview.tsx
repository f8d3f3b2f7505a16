import i18next from "i18next";
import { useTranslation } from "react-i18next";
import type { InterruptPreview } from "../api-types.ts";
import { momentText } from "../format.js";
import { type TextKey, term } from "../shell/texts.ts";
import { InterruptBadge } from "./badges.tsx";
import { spanText } from "./hours-text.ts";

/** Who would hear something and what it meets on the air, before it is sent. */

const AREAS_NAMED = 12;

export function areaNames(names: string[], total: number): string {
  const listed = names.join(i18next.t("list.comma"));
  return total > names.length ? i18next.t("reach.areasMore", { names: listed, count: total }) : listed;
}

const namesOf = (areas: InterruptPreview["areas"], most = AREAS_NAMED) =>
  areaNames(
    areas.slice(0, most).map(({ name }) => name),
    areas.length,
  );

export const reachedAreas = ({ areas }: InterruptPreview, most: number): string => namesOf(areas, most);

export function AirPreview({ preview }: { preview: InterruptPreview }) {
  const { t } = useTranslation();
  const { areas, own, meets, secondPersonFor } = preview;
  return (
    <>
      <h3>{t("reach.who")}</h3>
      <p>{namesOf(areas)}</p>
      <Devices preview={preview} />
      <h3>{t("reach.meets")}</h3>
      {meets.length === 0 ? (
        <p>{t("reach.meetsNothing")}</p>
      ) : (
        <ul className="plain-list meets">
          {meets.map((meeting) => (
            <Meeting key={meeting.broadcast.id} meeting={meeting} />
          ))}
        </ul>
      )}
      {secondPersonFor !== null && (
        <p className="warning">{t("second.takesTwo", { hours: spanText(secondPersonFor) })}</p>
      )}
      {own.map(({ code, devices }) => (
        <p key={code} className="warning">
          {t(`reach.own.${code}` as TextKey, { devices })}
        </p>
      ))}
    </>
  );
}

function Devices({ preview: { devices, areas } }: { preview: InterruptPreview }) {
  const { t } = useTranslation();
  const { total, online, byKind, leftOut } = devices;
  const empty = areas.filter((area) => area.devices === 0);
  if (total === 0) return <p className="problem">{t("reach.nobody")}</p>;
  return (
    <>
      <p>
        <strong>{t("reach.devices", { total, online })}</strong>{" "}
        <span className="fact">
          {byKind.map((each) => `${term("kind", each.kind)} ${each.devices}`).join(" · ")}
        </span>
      </p>
      {leftOut > 0 && <p>{t("reach.leftOut", { devices: leftOut })}</p>}
      {empty.length > 0 && <p className="warning">{t("reach.emptyAreas", { names: namesOf(empty) })}</p>}
    </>
  );
}

function Meeting({ meeting: { broadcast, devices, fates } }: { meeting: InterruptPreview["meets"][number] }) {
  const { t } = useTranslation();
  const fate =
    fates.length === 0
      ? t("reach.other.undisturbed", { devices })
      : fates
          .map((each) => t(`reach.other.${each.code}` as TextKey, { devices: each.devices }))
          .join(t("list.comma"));
  return (
    <li>
      <InterruptBadge of={broadcast} /> {momentText(broadcast.startAt)}{" "}
      <strong>
        {broadcast.programme} {broadcast.title}
      </strong>{" "}
      · {fate}
    </li>
  );
}
