import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { may, read, send } from "../../api.js";
import type { Contact } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { ContactLinks } from "../../parts/contact-links.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { inPath } from "../../resources.js";
import { LabelledInput } from "../calendar/labelled.tsx";
import { ListOf } from "../calendar/list-of.tsx";
import { useWhose } from "./whose.tsx";

interface Contacts {
  contacts: Contact[];
}
const MOST = 5;
const TELEPHONE = "\\+?[0-9][0-9 \\-]{2,18}";

/** Whom to call about an area, shown when somebody asks: each reading is in the audit log. */
export function ContactsOf({ code }: { code: string }) {
  const { t } = useTranslation();
  const whose = useWhose(code);
  const [isEditing, setEditing] = useState(false);
  const [saved, setSaved] = useState<Contact[] | null>(null);
  const path = `/regions/${inPath(code)}/contacts`;
  const reading = useMutation({ mutationFn: (): Promise<Contacts> => read(path) });
  if (!may("contacts:call")) return null;
  const contacts = saved ?? reading.data?.contacts;
  return (
    <section aria-labelledby="contacts-heading">
      <h3 id="contacts-heading">{t("contacts.title")}</h3>
      <p className="hint">{t("contacts.what")}</p>
      {reading.error && <ProblemNotice error={reading.error} onRetry={() => reading.mutate()} />}
      {contacts !== undefined && (
        <p>{contacts.length === 0 ? t("contacts.none") : <ContactLinks contacts={contacts} />}</p>
      )}
      <div className="buttons">
        {contacts === undefined ? (
          <Button loading={reading.isPending} onClick={() => reading.mutate()}>
            {t("contacts.show")}
          </Button>
        ) : (
          may("contacts:edit") && <Button onClick={() => setEditing(true)}>{t("contacts.change")}</Button>
        )}
      </div>
      {isEditing && contacts !== undefined && (
        <ContactsDialog
          title={t("contacts.changeOf", { whose })}
          path={path}
          contacts={contacts}
          onSaved={setSaved}
          onClose={() => setEditing(false)}
        />
      )}
    </section>
  );
}

interface DialogProps {
  title: string;
  path: string;
  contacts: Contact[];
  onSaved: (contacts: Contact[]) => void;
  onClose: () => void;
}

function ContactsDialog({ title, path, contacts, onSaved, onClose }: DialogProps) {
  const { t } = useTranslation();
  const form = useId();
  const [draft, setDraft] = useState(contacts);
  return (
    <ConfirmDialog<Contacts>
      title={title}
      confirm={t("contacts.save")}
      form={form}
      run={() => send("PUT", path, { contacts: draft })}
      onDone={(answer) => {
        onSaved(answer.contacts);
        announce(() => t("contacts.saved"));
      }}
      onClose={onClose}
    >
      <form id={form} className="rule-form">
        <ListOf<Contact>
          items={draft}
          fresh={() => ({ role: "", telephone: "" })}
          addText={t("contacts.add")}
          most={MOST}
          onChange={setDraft}
        >
          {(contact, put) => (
            <>
              <LabelledInput
                label={t("contacts.role")}
                value={contact.role}
                onValue={(role) => put({ ...contact, role })}
                maxLength={30}
                pattern=".*\S.*"
                required
              />
              <LabelledInput
                label={t("contacts.telephone")}
                type="tel"
                value={contact.telephone}
                onValue={(telephone) => put({ ...contact, telephone })}
                pattern={TELEPHONE}
                required
              />
            </>
          )}
        </ListOf>
      </form>
      <p className="hint">{t("contacts.privacy")}</p>
    </ConfirmDialog>
  );
}
