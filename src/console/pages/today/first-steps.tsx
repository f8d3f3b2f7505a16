import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import { Badge } from "../../parts/badges.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { askToMakeSample, useSample } from "../../parts/sample.tsx";
import { useLive } from "../../shell/live-query.ts";
import { isPutAside, putAside, takeUp } from "./first-steps-aside.ts";
import { readSteps, STEPS, type Step } from "./first-steps-data.ts";

/** Where a step is taken, and by whom. */
const PLACES: Record<Step, { href: string; act: string }> = {
  county: { href: "#/settings/areas?import", act: "regions:import" },
  villages: { href: "#/settings/areas?import", act: "regions:import" },
  device: { href: "#/devices", act: "devices:manage" },
  upload: { href: "#/programmes", act: "content:edit" },
  schedule: { href: "#/calendar/schedules/new", act: "timetable:edit" },
};
const isTheirs = (step: Step): boolean => may(PLACES[step].act);

/** The way from an empty server to the first broadcast, until all of it is done; for who can take a step of it. */
export default function FirstSteps() {
  const { t } = useTranslation();
  const [isAside, setAside] = useState(isPutAside);
  const sample = useSample().data;
  const isForThem = STEPS.some(isTheirs);
  const { data, error, refetch } = useLive({
    key: ["first-steps"],
    load: readSteps,
    topics: ["timetable", "content", "devices", "regions"],
    enabled: isForThem,
  });
  if (!isForThem) return null;
  // What is there of the sample is no step.
  if (sample?.sample) return <AfterSample name={sample.sample.name} />;
  if (data === undefined)
    return error === null ? null : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const left = STEPS.filter((step) => !data[step]);
  if (left.length === 0) return null;
  function toggle() {
    if (isAside) takeUp();
    else putAside();
    setAside(!isAside);
  }
  if (isAside)
    return (
      <p className="buttons">
        <Button onClick={toggle}>{t("first.takeUp", { count: left.length })}</Button>
      </p>
    );
  return (
    <section className="panel first-steps" aria-labelledby="first-steps-heading">
      <h2 id="first-steps-heading">{t("first.title")}</h2>
      <p>{t("first.what")}</p>
      <ol>
        {STEPS.map((step) => (
          <StepLine key={step} step={step} isDone={data[step]} isNext={step === left[0]} />
        ))}
      </ol>
      <div className="buttons">
        <Button onClick={toggle}>{t("first.aside")}</Button>
        {may("sample:manage") && sample?.hindrance === null && (
          <Button type="link" onClick={askToMakeSample}>
            {t("sample.try")}
          </Button>
        )}
      </div>
    </section>
  );
}

function AfterSample({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <section className="panel first-steps" aria-labelledby="first-steps-heading">
      <h2 id="first-steps-heading">{t("first.title")}</h2>
      <p>{t("first.afterSample", { name })}</p>
    </section>
  );
}

interface LineProps {
  step: Step;
  isDone: boolean;
  isNext: boolean;
}

function StepLine({ step, isDone, isNext }: LineProps) {
  const { t } = useTranslation();
  return (
    <li aria-current={isNext ? "step" : undefined}>
      <Badge
        tone={isDone ? "good" : isNext ? "warn" : "plain"}
        sign={isDone ? "✓" : "○"}
        text={t(isDone ? "first.done" : isNext ? "first.next" : "first.later")}
      />{" "}
      <strong>{t(`first.${step}`)}</strong>
      {!isDone && (
        <>
          <p className="hint">{t(`first.${step}Hint`)}</p>
          {isTheirs(step) ? (
            <a href={PLACES[step].href}>{t(`first.${step}Go`)}</a>
          ) : (
            <p className="hint">{t("first.others")}</p>
          )}
        </>
      )}
    </li>
  );
}
