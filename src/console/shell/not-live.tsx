import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, may } from "../api.js";
import { secondsText } from "../format.js";
import { REFRESH_MS } from "../live.js";
import { useChangesTold } from "./change-stream.ts";
import { isPassing, queries } from "./live-query.ts";
import { refreshPage } from "./refresh.ts";
import type { TextKey } from "./texts.ts";

/** Nobody is told of a connection that is made again at once. */
const GRACE_MS = 10_000;

interface Lost {
  code: string;
  /** When what is shown was true, epoch ms by this computer's clock; 0 for never. */
  at: number;
}

function findLost(): Lost | null {
  for (const query of queries.getQueryCache().getAll()) {
    const { error, dataUpdatedAt } = query.state;
    if (query.isActive() && isPassing(error)) return { code: asProblem(error).code, at: dataUpdatedAt };
  }
  return null;
}

/** Whether the server has told of no changes for longer than a moment; who may read nothing waits for none. */
function useUntold(): boolean {
  const isWaiting = !useChangesTold() && may("timetable:read");
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => setLate(true), GRACE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [isWaiting]);
  return isLate;
}

/** Says on every page that what it shows may have changed meanwhile. */
export function NotLive() {
  const { t } = useTranslation();
  const isUntold = useUntold();
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
  const isShown = lost !== null || isUntold;
  return (
    <div className="not-live" role="status" aria-live="polite" hidden={!isShown}>
      {isShown && (
        <>
          {lost === null ? <strong>{t("live.untold")}</strong> : <LostText lost={lost} />}{" "}
          <Button size="small" onClick={refreshPage}>
            {t("live.retry")}
          </Button>
        </>
      )}
    </div>
  );
}

function LostText({ lost: { code, at } }: { lost: Lost }) {
  const { t } = useTranslation();
  const seconds = REFRESH_MS / 1000;
  return (
    <>
      <strong>{t("live.lost", { why: t(`problem.${code}` as TextKey) })}</strong>{" "}
      {at === 0 ? t("live.never", { seconds }) : t("live.lostSince", { time: secondsText(at), seconds })}
    </>
  );
}
