/** Names as people separate them. */

const inOrder = (names: string[]): string[] => [...new Set(names.filter((name) => name !== ""))].toSorted();

export const namesIn = (text: string): string[] => inOrder(text.split(/[\s,，、;；]+/));

/** A tag may have a space in it. */
export const tagsIn = (text: string): string[] => inOrder(text.split(/[,，、;；]+/).map((tag) => tag.trim()));
