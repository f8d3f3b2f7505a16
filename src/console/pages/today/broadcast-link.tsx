import { useTranslation } from "react-i18next";
import type { Broadcast } from "../../api-types.ts";

export function BroadcastLink({ broadcast: { id, title } }: { broadcast: Pick<Broadcast, "id" | "title"> }) {
  const { t } = useTranslation();
  return <a href={`#/broadcasts/${id}`}>{title === "" ? t("today.untitled") : title}</a>;
}
