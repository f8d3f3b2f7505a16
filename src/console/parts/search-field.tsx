import { useEffect, useId, useRef, useState } from "react";

const TYPING_MS = 250;

interface Props {
  label: string;
  /** What is looked for, as the address has it. */
  value: string;
  placeholder?: string;
  onSearch: (words: string) => void;
}

/**
 * Looks a moment after the last key. What is typed is its own, as an address that comes back late would break a word that
 * an input method is putting together; only what is looked for otherwise, as after Back, takes its place.
 */
export function SearchField({ label, value, placeholder, onSearch }: Props) {
  const id = useId();
  const [typed, setTyped] = useState(value);
  /** What the address has, and what it was asked to have since then: on a slow machine that comes back after later keys. */
  const asked = useRef([value]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const search = useRef(onSearch);
  useEffect(() => void (search.current = onSearch), [onSearch]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const own = asked.current.lastIndexOf(value);
    if (own >= 0) return void asked.current.splice(0, own);
    asked.current = [value];
    clearTimeout(timer.current);
    setTyped(value);
  }, [value]);
  function type(words: string) {
    setTyped(words);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const sought = words.trim();
      asked.current.push(sought);
      search.current(sought);
    }, TYPING_MS);
  }
  return (
    <>
      <label htmlFor={id}>{label}</label>{" "}
      <input
        id={id}
        type="search"
        maxLength={100}
        placeholder={placeholder}
        value={typed}
        onChange={({ target }) => type(target.value)}
      />
    </>
  );
}
