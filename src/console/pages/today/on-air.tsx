import { useTranslation } from "react-i18next";
import type { Broadcast } from "../../api-types.ts";
import { countdownText } from "../../format.js";
import { InterruptBadge, StateBadge } from "../../parts/badges.tsx";
import { useNow } from "../../parts/now.ts";
import { BroadcastName } from "./broadcast-link.tsx";

export function OnAir({ live }: { live: Broadcast[] }) {
  const { t } = useTranslation();
  return (
    <section className="panel">
      <h2>{t("today.onAir")}</h2>
      {live.length === 0 ? (
        <p className="quiet-text">{t("today.nothingOnAir")}</p>
      ) : (
        <ul className="plain-list">
          {live.map((broadcast) => (
            <li key={broadcast.id}>
              <p className="panel-what">
                <StateBadge state="on_air" /> <InterruptBadge of={broadcast} />{" "}
                <BroadcastName broadcast={broadcast} />
              </p>
              {broadcast.endsAt !== null && <Left endsAt={Date.parse(broadcast.endsAt)} />}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Left({ endsAt }: { endsAt: number }) {
  const { t } = useTranslation();
  const now = useNow();
  return <p>{endsAt > now ? t("today.endsIn", { time: countdownText(endsAt - now) }) : t("today.ending")}</p>;
}
