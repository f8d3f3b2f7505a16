import { useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import type { Me } from "../../api-types.ts";
import { dayOf } from "../../format.js";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField, textOf } from "../../parts/fields.tsx";
import { nameDeputy, type Role } from "./people-data.ts";

/** The steps that somebody signs by the own role. */
export const ownReviewRoles = (roles: Me["user"]["roles"]): Role[] =>
  roles.filter(({ role, inPlaceOf }) => role.startsWith("reviewer-") && !inPlaceOf).map(({ role }) => role);

interface Props {
  roles: Role[];
  onChanged: () => void;
  onClose: () => void;
}

/** Names who reviews while one is away. */
export function DeputyDialog({ roles, onChanged, onClose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const deputy = useRef<HTMLInputElement>(null);
  const today = dayOf(serverNow());
  function name() {
    const data = new FormData(form.current ?? undefined);
    const text = (field: string) => textOf(data, field).trim();
    return nameDeputy({
      role: text("role"),
      deputy: text("deputy"),
      from: text("from"),
      until: text("until"),
    });
  }
  return (
    <ConfirmDialog
      title={t("deputies.name")}
      confirm={t("deputies.confirm")}
      form={id}
      first={deputy}
      run={name}
      onDone={() => {
        announce(() => t("deputies.named"));
        onChanged();
      }}
      onClose={onClose}
    >
      <form ref={form} id={id} noValidate>
        <div className="field">
          <label htmlFor={`${id}-role`}>{t("deputies.role")}</label>
          <select id={`${id}-role`} name="role">
            {roles.map((role) => (
              <option key={role} value={role}>
                {t(`role.${role}`)}
              </option>
            ))}
          </select>
        </div>
        <TextField
          ref={deputy}
          label={t("deputies.deputy")}
          name="deputy"
          required
          maxLength={200}
          autoComplete="off"
        />
        <TextField
          label={t("deputies.from")}
          name="from"
          type="date"
          required
          min={today}
          defaultValue={today}
        />
        <TextField
          label={t("deputies.until")}
          name="until"
          type="date"
          required
          min={today}
          defaultValue={today}
        />
        <p className="hint">{t("deputies.rule")}</p>
      </form>
    </ConfirmDialog>
  );
}
