import type { TextKey } from "../../shell/texts.ts";

/** Something that a form lacks, in the order of the form. */
export interface Need {
  isMissing: boolean;
  key: TextKey;
  /** A selector of where it is given. */
  at: string;
}

export const AT_TITLE = "[name=title]";
export const AT_SOUND = ".sound-source textarea, .sound-source input:checked";
export const AT_REGIONS = ".regions input[type=search]";

/** The first thing that is missing, and goes there. */
export function firstLack(form: HTMLFormElement, needs: Need[]): TextKey | null {
  const lack = needs.find(({ isMissing }) => isMissing);
  if (!lack) return null;
  form.querySelector<HTMLElement>(lack.at)?.focus();
  return lack.key;
}
