import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { read, serverNow } from "../../api.js";
import type { Responsibility } from "../../api-types.ts";
import { dayOf, timeText } from "../../format.js";
import { textOf } from "../../parts/fields.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { RegionSelect } from "../../parts/region-select.tsx";
import { query } from "../../resources.js";
import { Answer } from "./answer.tsx";

interface Question {
  region: string;
  at: string;
  within: number;
}

const WITHIN_MINUTES = [30, 120, 720];

/** Who made my village speak: one place, one time, and every person behind it. */
export function WhoMadeIt() {
  const { t } = useTranslation();
  const id = useId();
  const [region, setRegion] = useState<string | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const answer = useQuery<Responsibility>({
    queryKey: ["audit-why", question],
    queryFn: ({ signal }) => read(`/audit/why${query({ ...question })}`, signal),
    enabled: question !== null,
  });

  function ask(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (region === null) return;
    setQuestion({ region, at: textOf(form, "at"), within: Number(textOf(form, "within")) });
  }

  return (
    <section>
      <h2>{t("who.title")}</h2>
      <form className="filters" onSubmit={ask}>
        <div>
          <label htmlFor={`${id}-region`}>{t("who.region")}</label>
          <RegionSelect id={`${id}-region`} value={region} onChange={setRegion} />
        </div>
        <div>
          <label htmlFor={`${id}-at`}>{t("who.at")}</label>
          <input
            id={`${id}-at`}
            name="at"
            type="datetime-local"
            required
            defaultValue={`${dayOf(serverNow())}T${timeText(serverNow())}`}
          />
        </div>
        <div>
          <label htmlFor={`${id}-within`}>{t("who.within")}</label>
          <select id={`${id}-within`} name="within">
            {WITHIN_MINUTES.map((minutes) => (
              <option key={minutes} value={minutes}>
                {t("who.minutes", { minutes })}
              </option>
            ))}
          </select>
        </div>
        <Button type="primary" htmlType="submit" disabled={region === null}>
          {t("who.ask")}
        </Button>
      </form>
      <div aria-live="polite">
        {answer.isFetching && <Loading />}
        {answer.error && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
        {answer.data && !answer.isFetching && <Answer {...answer.data} />}
      </div>
    </section>
  );
}
