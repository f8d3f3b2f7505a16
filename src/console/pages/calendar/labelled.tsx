import type { ComponentProps, ReactNode } from "react";

/** A field within its label. */
export const Labelled = ({ label, children }: { label: string; children: ReactNode }) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is its child
  <label className="labelled">
    <span>{label}</span>
    {children}
  </label>
);

interface InputProps extends Omit<ComponentProps<"input">, "onChange"> {
  label: string;
  onValue: (value: string) => void;
}

/** What is typed or picked, told as it stands. */
export const LabelledInput = ({ label, onValue, ...input }: InputProps) => (
  <Labelled label={label}>
    <input {...input} onChange={({ target }) => onValue(target.value)} />
  </Labelled>
);

interface ChoiceProps<T> {
  label: string;
  values: readonly T[];
  value: T;
  nameOf: (value: T) => string;
  onChange: (value: T) => void;
}

/** One of a few values that have names. */
export function Choice<T extends string | number>({
  label,
  values,
  value,
  nameOf,
  onChange,
}: ChoiceProps<T>) {
  return (
    <Labelled label={label}>
      <select
        value={value}
        onChange={({ target }) => {
          const chosen = values.find((each) => String(each) === target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {values.map((each) => (
          <option key={each} value={each}>
            {nameOf(each)}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

interface ToggleProps<T> {
  legend: string;
  values: readonly T[];
  chosen: readonly T[];
  onChange: (chosen: T[]) => void;
  nameOf: (value: T) => string;
}

/** Any number of a few values. */
export function Toggles<T extends string | number>({
  legend,
  values,
  chosen,
  onChange,
  nameOf,
}: ToggleProps<T>) {
  return (
    <fieldset className="toggles">
      <legend>{legend}</legend>
      {values.map((value) => (
        <label key={value}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, value] : chosen.filter((each) => each !== value))
            }
          />{" "}
          {nameOf(value)}
        </label>
      ))}
    </fieldset>
  );
}
