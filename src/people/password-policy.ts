import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { invalid } from "../errors.ts";
import { GUESSABLE_WORDS } from "./guessable-words.ts";

const MIN_LENGTH = 12;
/** Bounds the work; far above what anybody types. */
export const PASSWORD_MAX_LENGTH = 200;
/** At least 10⁸ guesses for who knows the lists and the habits. */
const MIN_SCORE = 3;

const guesses = new ZxcvbnFactory({
  dictionary: { ...dictionary, here: [...GUESSABLE_WORDS] },
  graphs: adjacencyGraphs,
});

/**
 * Length, nothing that is guessed first, nothing of the name: as NIST SP 800-63B §3.1.1.2 asks. No rules for kinds of
 * characters, which make passwords worse.
 * @param at where it is in the input
 * @throws {AppError} `invalid`
 */
export function checkPassword(at: string, password: string, name: string): void {
  const text = password.normalize("NFKC");
  if (Array.from(text).length < MIN_LENGTH) {
    throw invalid(
      at,
      `The password has fewer than ${MIN_LENGTH} characters.`,
      "A sentence that only you would say is easy to keep in mind.",
    );
  }
  if (text.toLowerCase().includes(name.toLowerCase())) {
    throw invalid(at, "The password contains the user name.", "Take one that has nothing to do with you.");
  }
  if (guesses.check(text, [name]).score < MIN_SCORE) {
    throw invalid(
      at,
      "The password would be guessed soon: it is a common one, or a pattern.",
      "Take four words that have nothing to do with each other, or let a password manager make one.",
    );
  }
}
