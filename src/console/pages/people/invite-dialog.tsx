import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField } from "../../parts/fields.tsx";
import { LinkShown } from "./link-shown.tsx";
import { invite } from "./people-data.ts";
import { type ChosenRoles, grantsOf, RolesField } from "./roles-field.tsx";

export function InviteDialog({ onInvited, onClose }: { onInvited: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useId();
  const name = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<ChosenRoles>({ roles: [], areas: [] });
  return (
    <ConfirmDialog
      title={t("invite.title")}
      confirm={t("invite.confirm")}
      form={form}
      first={name}
      run={() => invite(name.current?.value.trim() ?? "", grantsOf(chosen))}
      onDone={onInvited}
      outcome={({ person, invitation }) => <LinkShown name={person.name} invitation={invitation} />}
      onClose={onClose}
    >
      <form id={form} noValidate>
        <TextField
          ref={name}
          label={t("invite.name")}
          required
          maxLength={100}
          autoComplete="off"
          hint={<p className="hint">{t("invite.nameHint")}</p>}
        />
      </form>
      <RolesField
        chosen={chosen}
        onChange={(changes) => setChosen((before) => ({ ...before, ...changes }))}
      />
    </ConfirmDialog>
  );
}
