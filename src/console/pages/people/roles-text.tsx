import { useTranslation } from "react-i18next";
import type { Me } from "../../api-types.ts";
import { useNames } from "../../parts/region-names.ts";
import { term } from "../../shell/texts.ts";

/** One's own are also those of whom one stands in for. */
type Held = Me["user"]["roles"][number];

export function RolesText({ roles }: { roles: readonly Held[] }) {
  const { t } = useTranslation();
  const nameOf = useNames(roles.flatMap(({ area }) => area ?? []));
  if (roles.length === 0) return <span className="quiet-text">{t("role.none")}</span>;
  return (
    <span className="roles">
      {roles.map(({ role, area, inPlaceOf }) => (
        <span key={`${role} ${area} ${inPlaceOf?.id}`} className="role">
          {inPlaceOf
            ? t("role.inPlaceOf", { role: term("role", role), name: inPlaceOf.name })
            : term("role", role)}
          {area !== null && ` ${nameOf(area)}`}
        </span>
      ))}
    </span>
  );
}
