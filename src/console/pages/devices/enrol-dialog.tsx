import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField, textOf } from "../../parts/fields.tsx";
import { createMissing, type Enrolment, issueCodes } from "./device-data.ts";

const KINDS = ["loudspeaker", "terminal"] as const;
const LEVELS = ["village", "town", "county"] as const;
const DAYS = 7;
const HOURS_A_DAY = 24;

/** A region that the tree names. */
interface Area {
  code: string;
  name: string;
}

interface Props {
  /** Those that get a code; with an area each of its regions gets the device that it lacks. */
  devices: { id: string; name: string; regionName: string; regionCode: string }[];
  area: Area | null;
  onCodes: (codes: Enrolment[]) => void;
  onClose: () => void;
}

/** Codes to enrol devices with: of those that are there, or of new ones. */
export function EnrolDialog({ devices, area, onCodes, onClose }: Props) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  async function run(): Promise<Enrolment[]> {
    const filled = new FormData(form.current ?? undefined);
    const expiresInHours = Math.round(Number(textOf(filled, "days")) * HOURS_A_DAY);
    if (area === null) return issueCodes(devices, expiresInHours);
    const [kind, level] = [textOf(filled, "kind"), textOf(filled, "level")];
    const { items } = await createMissing({ within: area.code, level, kind, expiresInHours });
    return items;
  }
  return (
    <ConfirmDialog
      title={
        area ? t("enrol.titleAreas", { name: area.name }) : t("enrol.titleChosen", { count: devices.length })
      }
      confirm={t("enrol.confirm")}
      run={run}
      onDone={onCodes}
      onClose={onClose}
    >
      <form ref={form} onSubmit={(event) => event.preventDefault()}>
        {area ? (
          <>
            <p>{t("enrol.what")}</p>
            <Choice
              label={t("devices.kind")}
              name="kind"
              values={KINDS}
              nameOf={(kind) => t(`kind.${kind}`)}
            />
            <Choice
              label={t("enrol.level")}
              name="level"
              values={LEVELS}
              nameOf={(level) => t(`enrol.${level}`)}
            />
          </>
        ) : (
          <p>{t("enrol.again")}</p>
        )}
        <TextField
          label={t("enrol.days")}
          name="days"
          type="number"
          min={1}
          max={365}
          required
          defaultValue={DAYS}
        />
      </form>
    </ConfirmDialog>
  );
}

interface ChoiceProps<T> {
  label: string;
  name: string;
  values: readonly T[];
  nameOf: (value: T) => string;
}

function Choice<T extends string>({ label, name, values, nameOf }: ChoiceProps<T>) {
  const id = `enrol-${name}`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name}>
        {values.map((value) => (
          <option key={value} value={value}>
            {nameOf(value)}
          </option>
        ))}
      </select>
    </div>
  );
}
