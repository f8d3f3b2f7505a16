import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { may, send } from "../../api.js";
import { momentText } from "../../format.js";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField, textOf } from "../../parts/fields.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { PaneDialog } from "../../parts/pane-dialog.tsx";

interface Attendee {
  name: string;
  branch: string;
}
interface Attended extends Attendee {
  broadcastId: string;
  programme: string;
  title: string;
  startAt: string;
  regionCode: string;
  regionName: string;
}

const search = (asked: object): Promise<{ items: Attended[] }> =>
  send("POST", "/attendance/people/search", asked);

/** As a file, for whoever asked. */
const fileOf = (items: Attended[]): string =>
  `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(items, null, 2))}`;

/** What is held on one person, for whoever asks for it, and its erasure. */
export function AttendedDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [erasing, setErasing] = useState<Attendee | null>(null);
  const found = useMutation({ mutationFn: search });
  function ask(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const branch = textOf(form, "branch").trim();
    found.mutate({ name: textOf(form, "name"), ...(branch === "" ? {} : { branch }) });
  }
  return (
    <PaneDialog className="pane" title={t("attended.title")} onClose={onClose}>
      <p className="hint">{t("attended.hint")}</p>
      <form className="dialog-body" onSubmit={ask}>
        <TextField label={t("attended.name")} name="name" maxLength={40} required />
        <TextField label={t("attended.branch")} name="branch" maxLength={80} />
        <Button type="primary" htmlType="submit" loading={found.isPending}>
          {t("attended.search")}
        </Button>
      </form>
      <div aria-live="polite">
        {found.error && <ProblemNotice error={found.error} />}
        {found.data && <Found items={found.data.items} onErase={setErasing} />}
      </div>
      {erasing && (
        <ConfirmDialog
          title={t("attended.eraseTitle", { name: erasing.name })}
          confirm={t("attended.erase")}
          isGrave
          run={() => send("POST", "/attendance/people/erase", erasing)}
          onDone={() => {
            announce(() => t("attended.erased"));
            if (found.variables) found.mutate(found.variables);
          }}
          onClose={() => setErasing(null)}
        >
          <p>
            {erasing.name} · {erasing.branch}
          </p>
          <p>{t("attended.eraseBody")}</p>
        </ConfirmDialog>
      )}
    </PaneDialog>
  );
}

interface FoundProps {
  items: Attended[];
  onErase: (person: Attendee) => void;
}

/** By branch: each is another person. */
function Found({ items, onErase }: FoundProps) {
  const { t } = useTranslation();
  const [first] = items;
  if (first === undefined) return <p>{t("attended.none")}</p>;
  return (
    <>
      {[...Map.groupBy(items, ({ branch }) => branch)].map(([branch, held]) => (
        <section key={branch}>
          <h3>
            {first.name} · {branch}
          </h3>
          <ul>
            {held.map(({ broadcastId, regionCode, startAt, programme, title, regionName }) => (
              <li key={`${broadcastId} ${regionCode}`}>
                {momentText(startAt)} {programme} {title} · {regionName}
              </li>
            ))}
          </ul>
          {may("attendance:erase") && (
            <Button danger onClick={() => onErase({ name: first.name, branch })}>
              {t("attended.erase")}
            </Button>
          )}
        </section>
      ))}
      <a href={fileOf(items)} download="held-on-person.json">
        {t("attended.save")}
      </a>
    </>
  );
}
