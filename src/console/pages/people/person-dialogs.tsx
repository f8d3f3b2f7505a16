import { useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField } from "../../parts/fields.tsx";
import { EndDialog } from "./end-dialog.tsx";
import { LinkShown } from "./link-shown.tsx";
import { disable, inviteAgain, linkWithProvider, removeFactorOf, unlinkFromProvider } from "./people-data.ts";

interface Props {
  person: Person;
  onChanged: () => void;
  onClose: () => void;
}

/** A new link to set the password, for who did not use the first one or forgot the password. */
export function LinkDialog({ person: { id, name }, onChanged, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog
      title={t("linkAgain.title", { name })}
      confirm={t("linkAgain.confirm")}
      run={() => inviteAgain(id)}
      onDone={onChanged}
      outcome={(invitation) => <LinkShown name={name} invitation={invitation} />}
      onClose={onClose}
    >
      <p>{t("linkAgain.body")}</p>
    </ConfirmDialog>
  );
}

/** Nobody is deleted: what they signed goes on naming them. */
export function DisableDialog({ person: { id, name }, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <EndDialog
      title={t("disable.title", { name })}
      confirm={t("disable.confirm")}
      done={() => t("disable.done", { name })}
      run={() => disable(id)}
      onClose={onClose}
    >
      <p>{t("disable.body")}</p>
    </EndDialog>
  );
}

export function RemoveFactorDialog({ person: { id, name }, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <EndDialog
      title={t("removeFactor.title", { name })}
      confirm={t("removeFactor.confirm")}
      done={() => t("removeFactor.done", { name })}
      run={() => removeFactorOf(id)}
      onClose={onClose}
    >
      <p>{t("removeFactor.body")}</p>
    </EndDialog>
  );
}

export function UnlinkDialog({ person: { id, name, identity }, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <EndDialog
      title={t("unlink.title", { name })}
      confirm={t("unlink.confirm")}
      done={() => t("unlink.done", { name })}
      run={() => unlinkFromProvider(id)}
      onClose={onClose}
    >
      <p>
        <code>{identity?.subject}</code>
      </p>
      <p>{t("unlink.body")}</p>
    </EndDialog>
  );
}

/** Whoever has a subject at the provider is this person from then on. */
export function ProviderDialog({ person: { id, name }, onChanged, onClose }: Props) {
  const { t } = useTranslation();
  const form = useId();
  const subject = useRef<HTMLInputElement>(null);
  return (
    <ConfirmDialog
      title={t("link.title", { name })}
      confirm={t("link.confirm")}
      form={form}
      first={subject}
      run={() => linkWithProvider(id, subject.current?.value.trim() ?? "")}
      onDone={() => {
        announce(() => t("link.done", { name }));
        onChanged();
      }}
      onClose={onClose}
    >
      <p>{t("link.body")}</p>
      <form id={form} noValidate>
        <TextField
          ref={subject}
          label={t("link.subject")}
          required
          maxLength={255}
          autoComplete="off"
          hint={<p className="hint">{t("link.subjectHint")}</p>}
        />
      </form>
    </ConfirmDialog>
  );
}
