import { useId } from "react";

interface Props<V> {
  legend: string;
  values: readonly V[];
  chosen: V;
  nameOf: (value: V) => string;
  onChange: (value: V) => void;
}

/** One of a few, as radio buttons. */
export function Choice<V extends string>({ legend, values, chosen, nameOf, onChange }: Props<V>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <Radios values={values} chosen={chosen} nameOf={nameOf} onChange={onChange} />
    </fieldset>
  );
}

export function Radios<V extends string>({ values, chosen, nameOf, onChange }: Omit<Props<V>, "legend">) {
  const name = useId();
  return (
    <div className="choices">
      {values.map((value) => (
        <label key={value}>
          <input type="radio" name={name} checked={value === chosen} onChange={() => onChange(value)} />{" "}
          {nameOf(value)}
        </label>
      ))}
    </div>
  );
}
