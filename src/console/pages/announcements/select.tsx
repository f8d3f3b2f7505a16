import { type ReactNode, useId } from "react";

interface SelectProps {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  children: ReactNode;
}

/** One of several under its label: the browser's own, as the fields beside it. */
export function Select({ label, name, value, onChange, hint, children }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} value={value} onChange={({ target }) => onChange(target.value)}>
        {children}
      </select>
      {hint !== undefined && <span className="hint">{hint}</span>}
    </div>
  );
}
