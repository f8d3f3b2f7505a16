/** What the gateway did otherwise than the protocol says, in a sentence. */
export class CaseFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CaseFailure";
  }
}

/** @throws {CaseFailure} with this sentence unless it holds */
export function demand(holds: unknown, otherwise: string): asserts holds {
  if (!holds) throw new CaseFailure(otherwise);
}
