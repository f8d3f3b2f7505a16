import { useTranslation } from "react-i18next";
import type { Person } from "../../api-types.ts";
import { Badge } from "../../parts/badges.tsx";
import { Moment } from "../../parts/moment.tsx";
import { isExpired } from "./people-filter.ts";

const LOOKS = { active: ["good", "✓"], invited: ["warn", "○"], disabled: ["plain", "×"] } as const;

/** Whether somebody can sign in, and until when a link to set the password holds. */
export function PersonState({ person }: { person: Person }) {
  const { t } = useTranslation();
  const { state, invitedUntil } = person;
  if (isExpired(person)) return <Badge tone="bad" sign="!" text={t("personState.expired")} />;
  const [tone, sign] = LOOKS[state];
  return (
    <>
      <Badge tone={tone} sign={sign} text={t(`personState.${state}`)} />
      {invitedUntil !== null && (
        <small className="below">
          {t("person.invitedUntil")} <Moment at={invitedUntil} />
        </small>
      )}
    </>
  );
}

export function FactorBadge({ person: { secondFactor } }: { person: Person }) {
  const { t } = useTranslation();
  return secondFactor ? (
    <Badge tone="good" sign="✓" text={t("factor.yes")} />
  ) : (
    <Badge tone="plain" sign="○" text={t("factor.no")} />
  );
}
