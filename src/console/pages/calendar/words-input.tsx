import { useState } from "react";

const COMMAS = /\s*[,，、]\s*/;
export const SPACES = /[\s,，、]+/;

interface Props {
  value: readonly string[];
  onChange: (words: string[]) => void;
  isRequired?: boolean;
  pattern?: string;
  /** Between the words. */
  separator?: RegExp;
}

const wordsOf = (text: string, separator: RegExp): string[] => [
  ...new Set(
    text
      .trim()
      .split(separator)
      .filter((word) => word !== ""),
  ),
];

/** Several words in one field; what is typed stays as it is typed, as long as it says what the value is. */
export function WordsInput({ value, onChange, isRequired = false, pattern, separator = COMMAS }: Props) {
  const [typed, setTyped] = useState("");
  const isTyped = wordsOf(typed, separator).join("\n") === value.join("\n");
  return (
    <input
      value={isTyped ? typed : value.join(separator === COMMAS ? "，" : " ")}
      required={isRequired}
      pattern={pattern}
      onChange={({ target }) => {
        setTyped(target.value);
        onChange(wordsOf(target.value, separator));
      }}
    />
  );
}
