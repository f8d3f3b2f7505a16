import { useTranslation } from "react-i18next";
import { rolesMissingAt } from "./places.ts";
import { useSession } from "./session.ts";
import type { TextKey } from "./texts.ts";

export function ReadOnlyNote({ here }: { here: string }) {
  const { t } = useTranslation();
  useSession();
  const roles = rolesMissingAt(here);
  if (roles === null) return null;
  const names = roles.map((role) => t(`role.${role}` as TextKey)).join(t("list.comma"));
  return <p className="hint">{t("readOnly.note", { roles: names })}</p>;
}
