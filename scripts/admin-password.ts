/**
 * Gives a person a new random password and prints it once; every sign-in of that person ends, and so does the second
 * factor: for who is locked out of it. The server may be running.
 *
 *   npm run admin:password [-- name]
 */
import { userInfo } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { createAuditLog } from "../src/audit/audit-log.ts";
import { systemClock } from "../src/clock.ts";
import { loadEnvironment, readConfig } from "../src/config.ts";
import { openDatabase } from "../src/db/open.ts";
import { openSecretBox } from "../src/db/secrets-key.ts";
import { createServerSecrets } from "../src/db/server-secrets.ts";
import { createSettings } from "../src/db/settings.ts";
import { messageOf } from "../src/errors.ts";
import { createPeople } from "../src/people/people.ts";

const name = process.argv[2] ?? "admin";
try {
  const config = readConfig(loadEnvironment());
  const db = openDatabase(join(config.dataDir, "cuncunxiang.db"), systemClock.now());
  const audit = createAuditLog({ db, clock: systemClock, log: console, keepMs: config.auditKeepMs });
  const box = openSecretBox(db, config.secretsKeyFile);
  const { passwords } = createPeople({
    db,
    regions: { exists: () => false },
    config,
    box,
    secrets: createServerSecrets(createSettings(db), box),
    log: pino({ level: "warn" }),
    clock: systemClock,
  });
  const who = { kind: "machine", id: null, name: userInfo().username } as const;
  const password = await audit.untilDone(who, "a password is set anew", () => passwords.reset(name));
  console.log(`${name} / ${password}`);
  db.close();
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
