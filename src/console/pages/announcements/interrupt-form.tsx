import { Button } from "antd";
import i18next from "i18next";
import { type ReactNode, type SubmitEvent, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "../../parts/fields.tsx";
import { RegionsField } from "../../parts/regions-field.tsx";
import { useStore } from "../../parts/store.ts";
import type { TextKey } from "../../shell/texts.ts";
import type { CommonFields, Draft } from "./drafts.ts";
import { DrillOptions } from "./drill-options.tsx";
import { FormOutcome } from "./form-outcome.tsx";
import { firstLack, type Need } from "./needs.ts";
import type { Way } from "./sound.ts";
import { SoundSource } from "./sound-source.tsx";

interface Props {
  draft: Draft<CommonFields>;
  /** The choice of what it is. */
  classes: ReactNode;
  isDrill: boolean;
  /** Before the sound. */
  nature?: ReactNode;
  ways: readonly Way[];
  /** Below the areas. */
  children: ReactNode;
  /** In the order of the form. */
  needs: () => Need[];
  checking: { isPending: boolean; error: unknown };
  check: string;
  /** Once nothing is missing. */
  onCheck: () => void;
}

/** What interrupts, for real or as a drill: its title, its sound and where it is heard. */
export function InterruptForm(props: Props) {
  const { draft, classes, isDrill, nature, ways, children, needs, checking, check, onCheck } = props;
  const { t } = useTranslation();
  const { fields, sound } = draft;
  const { title, isSilent, regions, round } = useStore(fields);
  const [lack, setLack] = useState<TextKey | null>(null);
  const chooseRegions = useCallback((codes: string[]) => fields.set({ regions: codes }), [fields]);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const found = firstLack(event.currentTarget, needs());
    setLack(found);
    if (found === null) onCheck();
  }

  return (
    <form className={isDrill ? "interrupt-form drill" : "interrupt-form"} noValidate onSubmit={submit}>
      <div className="columns">
        <div>
          <TextField
            label={t("interrupt.title")}
            name="title"
            maxLength={200}
            autoComplete="off"
            value={title}
            onChange={({ target }) => fields.set({ title: target.value })}
          />
          {classes}
          {isDrill && (
            <DrillOptions isSilent={isSilent} onChange={(next) => fields.set({ isSilent: next })} />
          )}
          {nature}
          <SoundSource draft={sound} ways={ways} />
        </div>
        <div>
          <RegionsField
            key={round}
            legend={() => i18next.t("interrupt.areas")}
            codes={regions}
            onChange={chooseRegions}
          />
          {children}
        </div>
      </div>
      <FormOutcome lack={lack} isChecking={checking.isPending} error={checking.error} />
      <div className="buttons">
        <Button type="primary" htmlType="submit" disabled={checking.isPending}>
          {check}
        </Button>
      </div>
    </form>
  );
}
