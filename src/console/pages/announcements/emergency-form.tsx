import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { listEmergencies, previewInterrupt } from "../../interrupts.ts";
import { openDialog } from "../../parts/opened-dialogs.tsx";
import { useStore } from "../../parts/store.ts";
import { Choice } from "./choice.tsx";
import { type Draft, type EmergencyFields, emergencyDraft } from "./drafts.ts";
import { InterruptForm } from "./interrupt-form.tsx";
import { KINDS } from "./kinds.ts";
import { AT_REGIONS, AT_SOUND, AT_TITLE, type Need } from "./needs.ts";
import { type Proposal, ProposeDialog } from "./propose-dialog.tsx";
import { Select } from "./select.tsx";

const MINUTE_MS = 60_000;
const SEVERITIES = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"] as const;
const LENGTHS = [10, 30, 60, 120, 360, 720, 1440];
const MOST_OPEN = 100;
/** What is spoken live is no emergency: nobody could hear it before it is confirmed. */
const WAYS = ["text", "voice", "file"] as const;

function needsOf({ fields, sound }: Draft<EmergencyFields>): Need[] {
  const { title, severity, regions } = fields.get();
  return [
    { isMissing: title.trim() === "", key: "interrupt.needTitle", at: AT_TITLE },
    { isMissing: severity === "", key: "emergency.needSeverity", at: "[name=severity]" },
    { isMissing: sound.isBusy(), key: "interrupt.needWait", at: AT_SOUND },
    { isMissing: sound.sound() === null, key: "interrupt.needSound", at: AT_SOUND },
    { isMissing: regions.length === 0, key: "interrupt.needAreas", at: AT_REGIONS },
  ];
}

function proposalOf({ fields, sound }: Draft<EmergencyFields>): Proposal {
  const { title, class: of, regions, isSilent, severity, minutes } = fields.get();
  return {
    lastsMs: minutes * MINUTE_MS,
    body: {
      title: title.trim(),
      class: of,
      areas: regions,
      silent: of === "drill" && isSilent,
      severity,
      source: { assetSha256: sound.sound()?.sha256 ?? "" },
    },
  };
}

/** Who will hear it, and what it could take the place of. */
async function lookAround({ body, lastsMs }: Proposal) {
  const [preview, open] = await Promise.all([
    previewInterrupt({
      title: body.title,
      class: body.class,
      silent: body.silent,
      targets: { regions: body.areas, kinds: [...KINDS] },
      durationMs: lastsMs,
      standing: true,
    }),
    listEmergencies({ limit: MOST_OPEN, open: "true" }),
  ]);
  return { preview, standing: open.items.filter(({ state }) => state !== "proposed") };
}

/** A proposal of an emergency, or of the drill of one; another person has to confirm it. */
export function EmergencyForm() {
  const { t } = useTranslation();
  const [draft] = useState(emergencyDraft);
  const { fields } = draft;
  const { class: of } = useStore(fields);
  const checking = useMutation({
    mutationFn: lookAround,
    onSuccess: (found, proposal) =>
      openDialog((close) => (
        <ProposeDialog proposal={proposal} {...found} onProposed={draft.reset} onClose={close} />
      )),
  });
  return (
    <InterruptForm
      draft={draft}
      isDrill={of === "drill"}
      classes={
        <Choice
          legend={t("interrupt.class")}
          values={["emergency", "drill"]}
          chosen={of}
          nameOf={(value) => t(`emergency.class.${value}`)}
          onChange={(value) => fields.set({ class: value })}
        />
      }
      nature={<Severity draft={draft} />}
      ways={WAYS}
      needs={() => needsOf(draft)}
      checking={checking}
      check={t("emergency.check")}
      onCheck={() => checking.mutate(proposalOf(draft))}
    >
      <Length draft={draft} />
    </InterruptForm>
  );
}

interface PartProps {
  draft: Draft<EmergencyFields>;
}

/** How grave it is, by CAP's scale. */
function Severity({ draft: { fields } }: PartProps) {
  const { t } = useTranslation();
  const { severity } = useStore(fields);
  return (
    <Select
      label={t("emergency.severity")}
      name="severity"
      value={severity}
      onChange={(value) => fields.set({ severity: value })}
    >
      <option value="">{t("emergency.severityNone")}</option>
      {SEVERITIES.map((each) => (
        <option key={each} value={each}>
          {t(`severity.${each}`)}
        </option>
      ))}
    </Select>
  );
}

function Length({ draft: { fields } }: PartProps) {
  const { t } = useTranslation();
  const { minutes } = useStore(fields);
  return (
    <Select
      label={t("emergency.length")}
      name="minutes"
      value={String(minutes)}
      onChange={(value) => fields.set({ minutes: Number(value) })}
      hint={t("emergency.lengthHint")}
    >
      {LENGTHS.map((each) => (
        <option key={each} value={each}>
          {each < 60 ? t("emergency.minutes", { count: each }) : t("emergency.hours", { count: each / 60 })}
        </option>
      ))}
    </Select>
  );
}
