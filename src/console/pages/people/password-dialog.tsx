import { useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api.js";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField } from "../../parts/fields.tsx";
import { OwnPasswordField } from "./own-password-field.tsx";
import { changePassword } from "./people-data.ts";

export function PasswordDialog({ onChanged, onClose }: { onChanged: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useId();
  const current = useRef<HTMLInputElement>(null);
  const next = useRef<HTMLInputElement>(null);
  const again = useRef<HTMLInputElement>(null);
  async function change(): Promise<void> {
    const password = next.current?.value ?? "";
    if (password !== again.current?.value) throw new Problem("invalid", t("password.differs"));
    await changePassword(current.current?.value ?? "", password);
  }
  const twice = { type: "password", autoComplete: "new-password", required: true, maxLength: 200 };
  return (
    <ConfirmDialog
      title={t("account.password")}
      confirm={t("password.change")}
      form={form}
      first={current}
      run={change}
      onDone={() => {
        announce(() => t("password.changed"));
        onChanged();
      }}
      onClose={onClose}
    >
      <form id={form} noValidate>
        <OwnPasswordField ref={current} />
        <TextField
          ref={next}
          label={t("password.new")}
          {...twice}
          hint={<p className="hint">{t("password.hint")}</p>}
        />
        <TextField ref={again} label={t("password.repeat")} {...twice} />
      </form>
    </ConfirmDialog>
  );
}
