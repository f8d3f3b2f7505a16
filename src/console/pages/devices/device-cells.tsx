import { useTranslation } from "react-i18next";
import type { Device } from "../../api-types.ts";
import { differenceText, momentText } from "../../format.js";
import { Badge } from "../../parts/badges.tsx";
import { fieldText } from "./twin-words.ts";

/** What a device last said of itself, and how it stands. */

function Unreported() {
  const { t } = useTranslation();
  return <span className="quiet-text">{t("reported.never")}</span>;
}

const LIFECYCLES: Record<Device["state"], [tone: string, sign: string]> = {
  new: ["warn", "○"],
  enrolled: ["good", "✓"],
  revoked: ["plain", "×"],
};

export function Lifecycle({ state }: Pick<Device, "state">) {
  const { t } = useTranslation();
  const [tone, sign] = LIFECYCLES[state];
  return <Badge tone={tone} sign={sign} text={t(`lifecycle.${state}`)} />;
}

export function Online({ presence }: Pick<Device, "presence">) {
  const { t } = useTranslation();
  if (presence === null) return <span className="quiet-text">{t("online.never")}</span>;
  return presence.online ? (
    <Badge tone="good" sign="●" text={t("online.yes")} />
  ) : (
    <Badge tone="plain" sign="○" text={t("online.no")} />
  );
}

export function Clock({ reported }: Pick<Device, "reported">) {
  const { t } = useTranslation();
  if (reported === null) return <Unreported />;
  const { trusted, offsetMs } = reported.clock;
  return (
    <span>
      {trusted ? (
        <Badge tone="good" sign="✓" text={t("clock.trusted")} />
      ) : (
        <Badge tone="bad" sign="!" text={t("clock.untrusted")} />
      )}
      <small className="below">{t("clock.offset", { offset: differenceText(offsetMs) })}</small>
    </span>
  );
}

export function Cached({ reported }: Pick<Device, "reported">) {
  const { t } = useTranslation();
  if (reported === null) return <Unreported />;
  const { ready, total } = reported.cached;
  const text = t("cached.ratio", { ready, total });
  return ready >= total ? (
    <Badge tone="good" sign="✓" text={text} />
  ) : (
    <Badge tone="warn" sign="○" text={text} />
  );
}

const TWINS: Record<Device["twin"]["state"], [tone: string, sign: string]> = {
  agrees: ["good", "✓"],
  differs: ["warn", "≠"],
  unknown: ["plain", "?"],
};

export function TwinBadge({ state }: Pick<Device["twin"], "state">) {
  const { t } = useTranslation();
  const [tone, sign] = TWINS[state];
  return <Badge tone={tone} sign={sign} text={t(`twinState.${state}`)} />;
}

/** In what a device differs, and since when. */
export function TwinCell({ twin: { state, drift } }: Pick<Device, "twin">) {
  const { t } = useTranslation();
  const [since] = drift.map((each) => each.since).toSorted();
  return (
    <span>
      <TwinBadge state={state} />
      {since !== undefined && (
        <small className="below">
          {t("twin.differsIn", {
            fields: drift.map(({ field }) => fieldText(field)).join(t("list.comma")),
            time: momentText(since),
          })}
        </small>
      )}
    </span>
  );
}
