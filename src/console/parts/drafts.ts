interface Kept {
  draft: unknown;
  onDrop: () => void;
}

/** What was filled in and not saved, by a name, while somebody looks at another page; until the sign-out. */
const drafts = new Map<string, Kept>();

/** @param onDrop ends what still goes on in it, as a recording */
export const keepDraft = (name: string, draft: unknown, onDrop = (): void => {}): void =>
  void drafts.set(name, { draft, onDrop });

export const keptDraft = (name: string): unknown => drafts.get(name)?.draft ?? null;

export const dropDraft = (name: string): void => void drafts.delete(name);

export function dropDrafts(): void {
  for (const { onDrop } of drafts.values()) onDrop();
  drafts.clear();
}
