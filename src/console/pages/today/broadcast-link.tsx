import { useTranslation } from "react-i18next";
import type { Broadcast } from "../../api-types.ts";

export function BroadcastLink({ broadcast: { id, title } }: { broadcast: Pick<Broadcast, "id" | "title"> }) {
  const { t } = useTranslation();
  return <a href={`#/broadcasts/${id}`}>{title === "" ? t("today.untitled") : title}</a>;
}

/** Beside the badge of its class, which is all that an interrupt has of a programme. */
export function BroadcastName({ broadcast }: { broadcast: Broadcast }) {
  const { scheduleId, programme } = broadcast;
  return (
    <>
      {scheduleId !== null && <strong>{programme} </strong>}
      <BroadcastLink broadcast={broadcast} />
    </>
  );
}
