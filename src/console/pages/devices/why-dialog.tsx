import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { read, serverNow } from "../../api.js";
import type { Why } from "../../api-types.ts";
import { dayOf, momentText, timeText } from "../../format.js";
import { TextField, textOf } from "../../parts/fields.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { PaneDialog } from "../../parts/pane-dialog.tsx";
import { query } from "../../resources.js";
import { reasonText } from "../../server-words.js";

interface Props {
  device: { id: string; name: string };
  onClose: () => void;
}

/** 为什么没响: why a device played or did not play at a time. */
export function WhyDialog({ device: { id, name }, onClose }: Props) {
  const { t } = useTranslation();
  // In the county's wall clock, as the server takes it.
  const [now] = useState(() => `${dayOf(serverNow())}T${timeText(serverNow())}`);
  const asking = useMutation({
    mutationFn: (at: string): Promise<Why> => read(`/broadcasts/why${query({ device: id, at })}`),
  });
  function ask(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    asking.mutate(textOf(new FormData(event.currentTarget), "at"));
  }
  return (
    <PaneDialog title={t("whyNot.title", { name })} onClose={onClose}>
      <form className="dialog-body" onSubmit={ask}>
        <TextField label={t("whyNot.at")} name="at" type="datetime-local" defaultValue={now} required />
        <Button type="primary" htmlType="submit" loading={asking.isPending}>
          {t("whyNot.ask")}
        </Button>
      </form>
      <div className="dialog-body" aria-live="polite">
        {asking.error && <ProblemNotice error={asking.error} />}
        {asking.data && <Answer why={asking.data} />}
      </div>
    </PaneDialog>
  );
}

function Answer({ why: { at, verdict, due } }: { why: Why }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="fact">{momentText(at)}</p>
      <p>
        <Verdict verdict={verdict} />
      </p>
      {due.length > 0 && <p>{t("whyNot.due")}</p>}
      <ul className="plain-list due">
        {due.map(({ slot, title, verdict: own }) => (
          <li key={`${slot.startAt} ${slot.programme}`}>
            <p className="fact">
              {momentText(slot.startAt)} {slot.programme} {title}
            </p>
            <Verdict verdict={own} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Verdict({ verdict: { code, text } }: { verdict: Why["verdict"] }) {
  const { t } = useTranslation();
  return (
    <span>
      <strong>{t(`verdict.${code}`)}</strong> {reasonText(text)}
    </span>
  );
}
