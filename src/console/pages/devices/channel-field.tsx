import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { listChannels } from "./device-data.ts";

/** The value that changes nothing; no channel has such a name. */
export const STAYS = "-";

interface Props {
  chosen: string | null;
  /** Whether it may stay as it is with each, which is then chosen at first. */
  mayStay?: boolean;
}

/** A software channel, or none. Without their list the one that is chosen stays. */
export function ChannelField({ chosen, mayStay = false }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const { data, isPending } = useQuery({
    queryKey: ["software-channels"],
    queryFn: ({ signal }) => listChannels(signal),
  });
  const listed = data?.items.map((channel) => channel.id) ?? [];
  const known = chosen === null || listed.includes(chosen) ? listed : [chosen, ...listed];
  return (
    <div className="field">
      <label htmlFor={id}>{t("twin.channel")}</label>
      {/* Drawn anew when the list is there, as its default must be one of its options. */}
      <select
        key={String(isPending)}
        id={id}
        name="softwareChannel"
        defaultValue={mayStay ? STAYS : (chosen ?? "")}
      >
        {mayStay && <option value={STAYS}>{t("many.stays")}</option>}
        <option value="">{t("twin.noChannel")}</option>
        {known.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </div>
  );
}
