import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../../api.js";
import type { Consent, Consents as ConsentList } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { announce } from "../../notices.js";
import { TextField, textOf } from "../../parts/fields.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";

interface Props {
  path: string;
  segments: string[];
  /** Erased ones that another one may take the place of. */
  owed: Consent[];
  onAdded: (consents: ConsentList) => void;
}

/** Records the consent of one more person, or of somebody in the place of one that was erased. */
export function ConsentForm({ path, segments, owed, onAdded }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const adding = useMutation({
    mutationFn: (body: object): Promise<ConsentList> => send("POST", path, body),
    onSuccess(consents) {
      announce(() => t("consent.added"));
      form.current?.reset();
      onAdded(consents);
    },
  });
  function add(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => textOf(data, name).trim();
    adding.mutate({
      segment: segments.length > 0 ? text("segment") : null,
      person: text("person"),
      scope: text("scope"),
      validUntil: text("validUntil") || null,
      document: text("document"),
      ...(text("renews") === "" ? {} : { renews: text("renews") }),
    });
  }
  return (
    <details>
      <summary>＋ {t("consent.open")}</summary>
      <form ref={form} onSubmit={add}>
        {segments.length > 0 && (
          <div className="field">
            <label htmlFor={`${id}-segment`}>{t("consent.segment")}</label>
            <select id={`${id}-segment`} name="segment">
              {segments.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </div>
        )}
        {owed.length > 0 && (
          <div className="field">
            <label htmlFor={`${id}-renews`}>{t("consent.renews")}</label>
            <select id={`${id}-renews`} name="renews">
              <option value="">{t("consent.renewsNone")}</option>
              {owed.map(({ id: erasedId, segment, changedAt }) => (
                <option key={erasedId} value={erasedId}>
                  {[segment, momentText(changedAt)].filter(Boolean).join(" · ")}
                </option>
              ))}
            </select>
          </div>
        )}
        <TextField label={t("consent.person")} name="person" required maxLength={200} pattern=".*\S.*" />
        <TextField label={t("consent.scope")} name="scope" maxLength={500} />
        <TextField label={t("consent.until")} name="validUntil" type="date" />
        <TextField label={t("consent.document")} name="document" maxLength={500} />
        {adding.error && <ProblemNotice error={adding.error} />}
        <Button htmlType="submit" loading={adding.isPending}>
          {t("consent.add")}
        </Button>
      </form>
    </details>
  );
}
