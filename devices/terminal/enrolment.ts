import type { EnrolmentProblem, Trouble } from "./messages.ts";
import { ENROLMENT_PROBLEMS, TROUBLES } from "./words.ts";

const input = (): HTMLInputElement => document.querySelector("#enrolment input") as HTMLInputElement;
const form = (): HTMLFormElement => document.querySelector("#enrolment") as HTMLFormElement;

/** Asks whoever stands before the screen for the code, and keeps what was typed until it was taken. */
export function askForCode(problem: EnrolmentProblem | null, enrol: (code: string) => void): void {
  document.body.dataset["scene"] = "enrolment";
  const told = document.querySelector("#enrolment-problem") as HTMLElement;
  told.textContent = problem === null ? "" : ENROLMENT_PROBLEMS[problem];
  const button = form().querySelector("button") as HTMLButtonElement;
  button.disabled = false;
  form().onsubmit = (event) => {
    event.preventDefault();
    button.disabled = true;
    enrol(input().value);
  };
  input().focus();
}

/** Why there is no terminal. @param detail for who is called */
export function tellTrouble(trouble: Trouble | { words: string }, detail = ""): void {
  document.body.dataset["scene"] = "trouble";
  const [words, more] = document.querySelectorAll("#trouble p");
  if (words) words.textContent = typeof trouble === "string" ? TROUBLES[trouble] : trouble.words;
  if (more) more.textContent = detail;
}
