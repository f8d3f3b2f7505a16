import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { may, read, send } from "../../api.js";
import type { Consent, Consents as ConsentList, Content } from "../../api-types.ts";
import { longDayText, momentText } from "../../format.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import type { Collection } from "../../parts/review-requests.ts";
import { isEpisode } from "../../parts/review-words.ts";
import { inPath } from "../../resources.js";
import { ConsentForm } from "./consent-form.tsx";
import { readContent } from "./content-data.ts";

interface Props {
  kind: Collection;
  content: Content;
  onChanged: (content: Content) => void;
}

/** The consents of who is portrayed. */
export function Consents(props: Props) {
  const { t } = useTranslation();
  if (!may("consents:read")) return null;
  return (
    <section className="panel">
      <h2>{t("consent.title")}</h2>
      <p className="hint">{t("consent.hint")}</p>
      <ConsentsOf {...props} />
    </section>
  );
}

function ConsentsOf({ kind, content, onChanged }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const path = `/${kind}/${inPath(content.id)}/consents`;
  const key = ["consents", path];
  const { data, error, refetch } = useQuery<ConsentList>({
    queryKey: key,
    queryFn: ({ signal }) => read(path, signal),
  });
  /** What keeps it off the air is said with the content itself. */
  function show(consents: ConsentList) {
    queries.setQueryData(key, consents);
    void readContent(kind, content.id).then(onChanged);
  }
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const isOwed = ({ id, erased }: Consent) => erased && !data.items.some(({ renews }) => renews === id);
  return (
    <>
      {data.items.length === 0 && <p className="quiet-text">{t("consent.none")}</p>}
      <ul className="plain-list">
        {data.items.map((consent) => (
          <Line key={consent.id} path={path} consent={consent} onChanged={show} />
        ))}
      </ul>
      {may("content:edit") && (
        <ConsentForm
          path={path}
          segments={isEpisode(content) ? content.segments.map(({ name }) => name) : []}
          owed={data.items.filter(isOwed)}
          onAdded={show}
        />
      )}
    </>
  );
}

interface LineProps {
  path: string;
  consent: Consent;
  onChanged: (consents: ConsentList) => void;
}

function Line({ path, consent, onChanged }: LineProps) {
  const { t } = useTranslation();
  const [isErasing, setErasing] = useState(false);
  const until = useRef<HTMLInputElement>(null);
  const { id, segment, person, scope, validUntil, document, erased, changedBy, changedAt } = consent;
  const at = `${path}/${inPath(id)}`;
  const saving = useMutation({
    mutationFn: (): Promise<ConsentList> => send("PATCH", at, { validUntil: until.current?.value || null }),
    onSuccess: onChanged,
  });
  const changed = t("consent.changed", { by: changedBy, at: momentText(changedAt) });
  const facts = [segment, scope, document, changed].filter(Boolean).join(" · ");
  if (erased) {
    return (
      <li className="comment">
        <span>{[segment, t("consent.erased")].filter(Boolean).join(" · ")}</span>
        <span className="fact">{changed}</span>
      </li>
    );
  }
  return (
    <li className="comment">
      <strong>{person}</strong>
      <span className="fact">{facts}</span>
      {!may("content:edit") && (
        <span>
          {validUntil === null ? t("consent.endless") : t("consent.lasts", { date: longDayText(validUntil) })}
        </span>
      )}
      {may("content:edit") && (
        <>
          <input
            // What is saved takes the place of what is filled in.
            key={validUntil}
            ref={until}
            type="date"
            defaultValue={validUntil ?? ""}
            aria-label={t("consent.until")}
          />
          <Button size="small" loading={saving.isPending} onClick={() => saving.mutate()}>
            {t("consent.save")}
          </Button>
          <Button size="small" onClick={() => setErasing(true)}>
            {t("consent.erase")}
          </Button>
        </>
      )}
      {saving.error && <ProblemNotice error={saving.error} />}
      {isErasing && (
        <ConfirmDialog
          title={t("consent.eraseTitle", { person: person ?? "" })}
          confirm={t("consent.erase")}
          isGrave
          run={(): Promise<ConsentList> => send("DELETE", at)}
          onDone={onChanged}
          onClose={() => setErasing(false)}
        >
          <p>{t("consent.eraseText")}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}
