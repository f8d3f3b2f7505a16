import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { setRoles } from "./people-data.ts";
import { chosenOf, grantsOf, RolesField } from "./roles-field.tsx";

interface Props {
  person: Person;
  onChanged: () => void;
  onClose: () => void;
}

export function RolesDialog({ person: { id, name, roles }, onChanged, onClose }: Props) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(() => chosenOf(roles));
  return (
    <ConfirmDialog
      title={t("roles.title", { name })}
      confirm={t("roles.save")}
      run={() => setRoles(id, grantsOf(chosen))}
      onDone={() => {
        announce(() => t("roles.saved", { name }));
        onChanged();
      }}
      onClose={onClose}
    >
      <RolesField
        chosen={chosen}
        onChange={(changes) => setChosen((before) => ({ ...before, ...changes }))}
      />
      <p className="hint">{t("roles.note")}</p>
    </ConfirmDialog>
  );
}
