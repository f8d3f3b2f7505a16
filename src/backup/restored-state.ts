import { MINUTE_MS } from "../clock.ts";
import type { Database } from "../db/open.ts";

/**
 * Devices ignore a playlist of a lower revision than theirs, and since the backup they were given higher ones. Of what a
 * county changes in a thousand years.
 */
const REVISION_LEAP = 1_000_000_000;
const FETCH_WITHIN_MS = 10 * MINUTE_MS;

/**
 * Whatever opened a door at the time of the backup may have been ended since, or used by somebody: sign-ins, scripts' tokens,
 * invitations, enrolment codes that wait for their device, recovery codes.
 */
export function endAccess(db: Database): void {
  db.exec(`
    DELETE FROM sign_ins;
    DELETE FROM api_tokens;
    DELETE FROM invitations;
    DELETE FROM recovery_codes;
    DELETE FROM enrolment_codes WHERE used_at IS NULL;
  `);
}

/** Devices take the next playlists for newer than all that they were ever given. */
export function leapRevisions(db: Database, now: number): void {
  db.exec(`UPDATE playlist_revisions SET revision = revision + ${REVISION_LEAP}`);
  // Also for devices whose areas had none yet.
  db.prepare(
    `INSERT INTO playlist_revisions (scope, revision, changed_at, fetch_by)
     SELECT 'area/' || code, (SELECT COALESCE(MAX(revision), ${REVISION_LEAP}) + 1 FROM playlist_revisions), @now, @fetchBy
     FROM regions WHERE parent IS NULL
     ON CONFLICT (scope) DO UPDATE SET revision = excluded.revision, changed_at = excluded.changed_at,
       fetch_by = excluded.fetch_by`,
  ).run({ now, fetchBy: now + FETCH_WITHIN_MS });
}
