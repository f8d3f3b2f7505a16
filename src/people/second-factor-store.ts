import type { Database } from "../db/open.ts";
import type { SecretBox } from "../db/secret-box.ts";

export interface StoredFactor {
  secret: string;
  /** Epoch ms; `null` while no code has proved yet that it works. */
  confirmedAt: number | null;
}

const placeOf = (userId: string): string => `second_factors/${userId}`;

/** The secrets are sealed. */
export function createSecondFactorStore(db: Database, box: SecretBox) {
  const select = db.prepare<[string], { sealed: string; confirmedAt: number | null }>(
    "SELECT sealed_secret AS sealed, confirmed_at AS confirmedAt FROM second_factors WHERE user_id = ?",
  );
  const replace = db.prepare(
    `INSERT INTO second_factors (user_id, sealed_secret) VALUES (?, ?)
     ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, confirmed_at = NULL`,
  );
  const confirm = db.prepare("UPDATE second_factors SET confirmed_at = ? WHERE user_id = ?");
  const takeStep = db.prepare(
    "UPDATE second_factors SET last_step = @step WHERE user_id = @userId AND last_step < @step",
  );
  const deleteFactor = db.prepare("DELETE FROM second_factors WHERE user_id = ?");
  const insertCode = db.prepare("INSERT INTO recovery_codes (code_hash, user_id) VALUES (?, ?)");
  const deleteCode = db.prepare("DELETE FROM recovery_codes WHERE code_hash = ? AND user_id = ?");
  const deleteCodes = db.prepare("DELETE FROM recovery_codes WHERE user_id = ?");
  const countCodes = db
    .prepare<[string], number>("SELECT COUNT(*) FROM recovery_codes WHERE user_id = ?")
    .pluck();

  return {
    get(userId: string): StoredFactor | null {
      const row = select.get(userId);
      if (!row) return null;
      const secret = box.open(row.sealed, placeOf(userId));
      if (secret === null) throw new Error(`the second factor of ${userId} does not open`);
      return { secret, confirmedAt: row.confirmedAt };
    },
    replace: (userId: string, secret: string) => void replace.run(userId, box.seal(secret, placeOf(userId))),
    confirm: (userId: string, now: number) => void confirm.run(now, userId),
    /** Whether this step is later than any that was taken before. */
    takeStep: (userId: string, step: number) => takeStep.run({ userId, step }).changes > 0,
    delete(userId: string): void {
      deleteFactor.run(userId);
      deleteCodes.run(userId);
    },
    replaceRecoveryCodes(userId: string, hashes: readonly string[]): void {
      deleteCodes.run(userId);
      for (const hash of hashes) insertCode.run(hash, userId);
    },
    /** Whether there was one; it is gone then. */
    takeRecoveryCode: (userId: string, hash: string) => deleteCode.run(hash, userId).changes > 0,
    recoveryCodesLeft: (userId: string) => countCodes.get(userId) ?? 0,
  };
}
export type SecondFactorStore = ReturnType<typeof createSecondFactorStore>;
