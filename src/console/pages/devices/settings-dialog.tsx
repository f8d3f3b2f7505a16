import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, send } from "../../api.js";
import type { Twin, TwinSettings } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField, textOf } from "../../parts/fields.tsx";
import { inPath } from "../../resources.js";
import { ChannelField } from "./channel-field.tsx";
import { namesIn, tagsIn } from "./name-lists.ts";
import { fieldText, type SettingsField, valueText } from "./twin-words.ts";

const FIELDS: SettingsField[] = ["volume", "maxKbps", "softwareChannel", "groups", "tags"];
const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The settings as somebody else has made them meanwhile. */
interface Current {
  version: number;
  changedAt: string | null;
  changedBy: string | null;
  settings: TwinSettings;
}

interface Props {
  device: { id: string; name: string };
  twin: Twin;
  onChanged: () => void;
  onClose: () => void;
}

/**
 * Changes the settings of a device. Only what was changed here is sent, so that of two people who change different things
 * both have theirs; and where somebody was faster, it is shown what there is now before anything is overwritten.
 */
export function SettingsDialog({ device: { id, name }, twin, onChanged, onClose }: Props) {
  const { t } = useTranslation();
  // As they were when the dialog was opened, whatever is read meanwhile.
  const [{ desired, version }] = useState(twin);
  const [current, setCurrent] = useState<Current | null>(null);
  const [before, setBefore] = useState<TwinSettings>(desired);
  const form = useRef<HTMLFormElement>(null);

  async function run(): Promise<unknown> {
    const wanted = settingsIn(new FormData(form.current ?? undefined));
    const changed = FIELDS.filter((field) => !isSame(wanted[field], desired[field]));
    if (changed.length === 0) return twin;
    const change = Object.fromEntries(changed.map((field) => [field, wanted[field]]));
    const isFor = `"${current?.version ?? version}"`;
    try {
      return await send("PATCH", `/devices/${inPath(id)}/twin`, change, undefined, isFor);
    } catch (error) {
      const faster: Current | null = asProblem(error).current;
      if (faster) {
        setBefore(current?.settings ?? desired);
        setCurrent(faster);
      }
      throw error;
    }
  }

  return (
    <ConfirmDialog
      title={t("twin.editTitle", { name })}
      confirm={t(current ? "twin.saveAnyway" : "twin.save")}
      run={run}
      onDone={() => {
        announce(() => t("twin.saved", { name }));
        onChanged();
      }}
      onClose={onClose}
    >
      <form ref={form} onSubmit={(event) => event.preventDefault()}>
        <TextField
          label={t("twin.volume")}
          name="volume"
          type="number"
          min={0}
          max={100}
          defaultValue={desired.volume ?? ""}
          hint={<p className="hint">{t("twin.volumeHint", { value: desired.maxVolume })}</p>}
        />
        <TextField
          label={t("twin.maxKbps")}
          name="maxKbps"
          type="number"
          min={8}
          max={1_000_000}
          defaultValue={desired.maxKbps ?? ""}
          hint={<p className="hint">{t("twin.maxKbpsHint")}</p>}
        />
        <ChannelField chosen={desired.softwareChannel} />
        <TextField
          label={t("twin.groups")}
          name="groups"
          maxLength={2000}
          defaultValue={desired.groups.join(" ")}
          hint={<p className="hint">{t("twin.groupsHint")}</p>}
        />
        <TextField
          label={t("twin.tags")}
          name="tags"
          maxLength={2000}
          defaultValue={desired.tags.join("，")}
          hint={<p className="hint">{t("twin.tagsHint")}</p>}
        />
      </form>
      <div aria-live="polite">{current && <Conflict current={current} before={before} />}</div>
    </ConfirmDialog>
  );
}

const numberIn = (text: string): number | null => (text.trim() === "" ? null : Number(text));

function settingsIn(form: FormData): TwinSettings {
  return {
    volume: numberIn(textOf(form, "volume")),
    maxKbps: numberIn(textOf(form, "maxKbps")),
    softwareChannel: textOf(form, "softwareChannel") || null,
    groups: namesIn(textOf(form, "groups")),
    tags: tagsIn(textOf(form, "tags")),
  };
}

function Conflict({ current, before }: { current: Current; before: TwinSettings }) {
  const { t } = useTranslation();
  const { settings, changedAt, changedBy } = current;
  const theirs = FIELDS.filter((field) => !isSame(settings[field], before[field]));
  return (
    <div className="warning">
      <p>
        {t("twin.conflict", {
          name: changedBy ?? "",
          time: changedAt === null ? "" : momentText(changedAt),
        })}
      </p>
      <ul className="plain-list">
        {theirs.map((field) => (
          <li key={field}>
            {fieldText(field)}
            {t("twin.colon")}
            {valueText(field, settings[field], "twin.left")}
          </li>
        ))}
      </ul>
      <p className="hint">{t("twin.conflictHint")}</p>
    </div>
  );
}
