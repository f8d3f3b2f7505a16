import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Problem, send } from "../../api.js";
import type { Content, Programme } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { TextField, textOf } from "../../parts/fields.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { contentName } from "../../parts/review-words.ts";

const listOf = (text: string) =>
  text
    .split(/[,，、;；\n]/)
    .map((part) => part.trim())
    .filter(Boolean);

/** A form for a new episode or session, folded away until it is wanted; what was made is gone on with. */
export function NewContent({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [lacks, setLacks] = useState<Problem | null>(null);
  const isLecture = programme.kind === "lecture";
  const kind = isLecture ? "sessions" : "episodes";
  const creating = useMutation({
    mutationFn: (input: object): Promise<Content> => send("POST", `/${kind}`, input),
    onSuccess(created) {
      announce(() => t("create.done", { what: contentName(created) }));
      void navigate(`/${kind}/${created.id}`);
    },
  });

  function create(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => textOf(form, name).trim();
    const common = { programmeId: programme.id, number: Number(text("number")) };
    setLacks(null);
    if (isLecture) {
      const [speakers, modules] = [listOf(text("speakers")), listOf(text("modules"))];
      return creating.mutate({ ...common, topic: text("title"), speakers, modules });
    }
    const segments = programme.segments
      .map((name) => ({ name, title: text(`segment ${name}`) }))
      .filter(({ title }) => title !== "");
    if (segments.length === 0) return setLacks(new Problem("invalid", t("create.needSegment")));
    creating.mutate({ ...common, title: text("title"), segments });
  }
  const problem = lacks ?? creating.error;

  return (
    <details className="card new">
      <summary>＋ {t(isLecture ? "create.session" : "create.episode")}</summary>
      <form onSubmit={create}>
        <TextField
          label={t(isLecture ? "create.sessionNumber" : "create.number")}
          name="number"
          type="number"
          min={1}
          max={100_000}
          required
        />
        <TextField
          label={t(isLecture ? "create.topic" : "create.title")}
          name="title"
          maxLength={200}
          required
        />
        {isLecture ? (
          <>
            <TextField label={t("create.speakers")} name="speakers" />
            <TextField label={t("create.modules")} name="modules" />
          </>
        ) : (
          <fieldset>
            <legend>{t("create.segments")}</legend>
            <p className="hint">{t("create.segmentsHint")}</p>
            {programme.segments.map((name) => (
              <TextField key={name} label={name} name={`segment ${name}`} maxLength={200} />
            ))}
          </fieldset>
        )}
        {problem && <ProblemNotice error={problem} />}
        <Button type="primary" htmlType="submit" loading={creating.isPending}>
          {t("create.submit")}
        </Button>
      </form>
    </details>
  );
}
