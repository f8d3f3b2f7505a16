import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { RegionsField } from "../../parts/regions-field.tsx";
import { ALL_ROLES, type Grant, type Role, TOWN_ADMIN } from "./people-data.ts";

/** What is chosen: the places stay while the role that they are for is tried on and off. */
export interface ChosenRoles {
  roles: readonly Role[];
  areas: string[];
}

export const chosenOf = (grants: readonly Grant[]): ChosenRoles => ({
  roles: [...new Set(grants.map(({ role }) => role))],
  areas: grants.flatMap(({ area }) => area ?? []),
});

/** A town's admin without a place is said to be wrong by the server. */
export const grantsOf = ({ roles, areas }: ChosenRoles): Grant[] =>
  roles.flatMap((role): Grant[] =>
    role !== TOWN_ADMIN || areas.length === 0
      ? [{ role, area: null }]
      : areas.map((area) => ({ role, area })),
  );

interface Props {
  chosen: ChosenRoles;
  onChange: (changes: Partial<ChosenRoles>) => void;
}

/** Roles to tick, and the places of who looks after places. */
export function RolesField({ chosen: { roles, areas }, onChange }: Props) {
  const { t } = useTranslation();
  const tick = (role: Role, isTicked: boolean) =>
    onChange({ roles: isTicked ? [...roles, role] : roles.filter((each) => each !== role) });
  return (
    <>
      <fieldset className="ticks">
        <legend>{t("invite.roles")}</legend>
        {ALL_ROLES.map((role) => (
          <label key={role} className="tick">
            <input
              type="checkbox"
              checked={roles.includes(role)}
              onChange={({ target }) => tick(role, target.checked)}
            />{" "}
            {t(`role.${role}`)} <small>{t(`roleHint.${role}`)}</small>
          </label>
        ))}
      </fieldset>
      {roles.includes(TOWN_ADMIN) && (
        <RegionsField
          legend={() => i18next.t("invite.area")}
          codes={areas}
          onChange={(codes) => onChange({ areas: codes })}
        />
      )}
    </>
  );
}
