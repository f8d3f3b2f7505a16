import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "../api.js";
import { secondsText } from "../format.js";
import { REFRESH_MS } from "../live.js";
import { queries } from "./live-query.ts";
import { refreshPage } from "./refresh.ts";
import type { TextKey } from "./texts.ts";

/** Codes that mean "not now": what is on the screen stays, marked as not live. */
export const PASSING = new Set(["offline", "timeout", "unavailable", "too_many", "internal"]);

interface Lost {
  code: string;
  /** When what is shown was true, epoch ms by this computer's clock; 0 for never. */
  at: number;
}

function findLost(): Lost | null {
  for (const query of queries.getQueryCache().getAll()) {
    const { error, dataUpdatedAt } = query.state;
    if (error === null || !query.isActive()) continue;
    const { code } = asProblem(error);
    if (PASSING.has(code)) return { code, at: dataUpdatedAt };
  }
  return null;
}

/** Says on every page that what it shows may have changed meanwhile. */
export function NotLive() {
  const { t } = useTranslation();
  const [lost, setLost] = useState<Lost | null>(null);
  useEffect(
    () =>
      queries.getQueryCache().subscribe(() =>
        setLost((before) => {
          const now = findLost();
          return now?.code === before?.code && now?.at === before?.at ? before : now;
        }),
      ),
    [],
  );
  const seconds = REFRESH_MS / 1000;
  return (
    <div className="not-live" role="status" aria-live="polite" hidden={lost === null}>
      {lost && (
        <>
          <strong>{t("live.lost", { why: t(`problem.${lost.code}` as TextKey) })}</strong>{" "}
          {lost.at === 0
            ? t("live.never", { seconds })
            : t("live.lostSince", { time: secondsText(lost.at), seconds })}{" "}
          <Button size="small" onClick={refreshPage}>
            {t("live.retry")}
          </Button>
        </>
      )}
    </div>
  );
}
