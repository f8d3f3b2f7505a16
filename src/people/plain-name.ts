const NAME_LENGTH = 100;

/** A name without what is not seen or turns the text around, and as one writes it here: no other looks like it by such signs. */
export const plainName = (text: string): string => {
  const seen = text.normalize("NFKC").replaceAll(/\s+/g, " ").replaceAll(/\p{C}/gu, "").trim();
  return Array.from(seen).slice(0, NAME_LENGTH).join("").trim();
};
