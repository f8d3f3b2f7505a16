import { useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api.js";
import { announce } from "../notices.js";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { TextField } from "../parts/fields.tsx";
import { refreshPage } from "./refresh.ts";
import { openSession } from "./session.ts";

/** Adds the second factor to this sign-in. */
export function UseFactorDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const form = useId();
  const code = useRef<HTMLInputElement>(null);
  return (
    <ConfirmDialog
      title={t("factor.title")}
      confirm={t("factor.continue")}
      form={form}
      first={code}
      run={() => send("POST", "/me/second-factor/use", { code: code.current?.value.trim() })}
      onDone={() => {
        announce(() => t("factor.used"));
        void openSession().then(refreshPage);
      }}
      onClose={onClose}
    >
      <form id={form} noValidate>
        <TextField
          ref={code}
          label={t("factor.codeOrRecovery")}
          autoComplete="one-time-code"
          required
          maxLength={40}
        />
      </form>
    </ConfirmDialog>
  );
}
