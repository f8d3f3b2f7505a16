import { Button } from "antd";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProviderLink } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { useLive } from "../../shell/live-query.ts";
import { OwnPasswordField } from "./own-password-field.tsx";
import { askAgainForPeople, confirmLink, keyOf, ownLink } from "./people-data.ts";

/** An administrator's word that somebody at the provider is oneself, as long as it waits for the own. */
export function OwnLink() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { data } = useLive({ key: keyOf(null, "identity"), load: ownLink, topics: ["people"] });
  const link = data?.identity ?? null;
  if (link === null || link.isConfirmed) return null;
  return (
    <>
      <p className="warning">
        {t("ownLink.waits")} <Button onClick={() => setOpen(true)}>{t("ownLink.look")}</Button>
      </p>
      {isOpen && <OwnLinkDialog link={link} onClose={() => setOpen(false)} />}
    </>
  );
}

function OwnLinkDialog({ link, onClose }: { link: ProviderLink; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useId();
  const password = useRef<HTMLInputElement>(null);
  return (
    <ConfirmDialog
      title={t("ownLink.title")}
      confirm={t("ownLink.confirm")}
      form={form}
      first={password}
      run={() => confirmLink(password.current?.value ?? "")}
      onDone={() => {
        announce(() => t("ownLink.confirmed"));
        askAgainForPeople();
      }}
      onClose={onClose}
    >
      <p>{t("ownLink.ask")}</p>
      <p>
        <code>{link.subject}</code> · {link.issuer}
      </p>
      <form id={form} noValidate>
        <OwnPasswordField ref={password} />
      </form>
    </ConfirmDialog>
  );
}
