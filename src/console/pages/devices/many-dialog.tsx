import { useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Device, ManyResult } from "../../api-types.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField, textOf } from "../../parts/fields.tsx";
import { Hosted } from "../../parts/hosted.tsx";
import { levelOf } from "../../parts/regions.ts";
import { regionTree } from "../../region-tree.js";
import { regionName } from "../../resources.js";
import { ChannelField, STAYS } from "./channel-field.tsx";
import { changeTwins } from "./device-data.ts";
import { namesIn, tagsIn } from "./name-lists.ts";

type Area = { code: string; level: string; name: string };

interface Props {
  /** Those that were ticked; of none all in some regions. */
  devices: Device[];
  /** Chosen in the tree at first, or `""`. */
  within: string;
  onDone: (items: ManyResult[]) => void;
  onClose: () => void;
}

/** Changes the settings of many devices at once. What is left empty stays as it is with each. */
export function ManyDialog(props: Props) {
  const { within } = props;
  const { data: name, isPending } = useQuery({
    queryKey: ["region", within],
    queryFn: ({ signal }) => regionName(within, signal).catch(() => within),
    enabled: within !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (within === "") return <Fields {...props} initial={[]} />;
  if (isPending) return null;
  return <Fields {...props} initial={[{ code: within, level: levelOf(within), name: name ?? within }]} />;
}

function Fields({ devices, initial, onDone, onClose }: Props & { initial: Area[] }) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const [tree] = useState(() => regionTree({ legend: () => i18next.t("many.areas"), initial }));
  const isOfAreas = devices.length === 0;
  function run() {
    const which = isOfAreas
      ? { areas: tree.codes() }
      : { devices: devices.map(({ id, twin }) => ({ id, version: twin.version })) };
    return changeTwins(which, form.current ? changeIn(new FormData(form.current)) : {});
  }
  return (
    <ConfirmDialog
      title={isOfAreas ? t("many.titleAreas") : t("many.titleChosen", { count: devices.length })}
      confirm={t("twin.save")}
      run={run}
      onDone={({ items }) => onDone(items)}
      onClose={onClose}
    >
      {isOfAreas && <Hosted element={tree.element} />}
      <p className="hint">{t("many.note")}</p>
      <form ref={form} onSubmit={(event) => event.preventDefault()}>
        <TextField label={t("twin.volume")} name="volume" type="number" min={0} max={100} />
        <TextField label={t("twin.maxKbps")} name="maxKbps" type="number" min={8} max={1_000_000} />
        <ChannelField chosen={null} mayStay />
        <TextField
          label={t("many.addGroups")}
          name="addGroups"
          maxLength={2000}
          hint={<p className="hint">{t("twin.groupsHint")}</p>}
        />
        <TextField label={t("many.removeGroups")} name="removeGroups" maxLength={2000} />
        <TextField
          label={t("many.addTags")}
          name="addTags"
          maxLength={2000}
          hint={<p className="hint">{t("twin.tagsHint")}</p>}
        />
        <TextField label={t("many.removeTags")} name="removeTags" maxLength={2000} />
      </form>
    </ConfirmDialog>
  );
}

/** What was filled in. */
function changeIn(form: FormData): Record<string, unknown> {
  const fields: [name: string, read: (text: string) => unknown][] = [
    ["volume", Number],
    ["maxKbps", Number],
    ["addGroups", namesIn],
    ["removeGroups", namesIn],
    ["addTags", tagsIn],
    ["removeTags", tagsIn],
  ];
  const set = fields.flatMap(([name, read]) => {
    const text = textOf(form, name).trim();
    return text === "" ? [] : [[name, read(text)] as const];
  });
  const channel = textOf(form, "softwareChannel");
  return { ...Object.fromEntries(set), ...(channel === STAYS ? {} : { softwareChannel: channel || null }) };
}
