/** Who had an interrupt aired, by name. */
export interface AiredBy {
  asked: string;
  /** They, and who sent or spoke what is heard: none of them is the second person. */
  by: string[];
  /** The second person; `null` when it took none, or has none yet. */
  confirmed: string | null;
}
