import { type ComponentProps, type ReactNode, useId } from "react";

/** What was filled in. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

type Props = ComponentProps<"input"> & { label: string; hint?: ReactNode };

/** A text field under its label. The browser's own, as Ant Design's brings a form library into the first page. */
export function TextField({ label, hint, ...input }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} {...input} />
      {hint}
    </div>
  );
}
