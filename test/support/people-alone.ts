import { randomBytes } from "node:crypto";
import { type Clock, DAY_MS } from "../../src/clock.ts";
import { openDatabase } from "../../src/db/open.ts";
import { createSecretBox } from "../../src/db/secret-box.ts";
import { createServerSecrets } from "../../src/db/server-secrets.ts";
import { createSettings } from "../../src/db/settings.ts";
import { createPeople } from "../../src/people/people.ts";
import { createMemoryLog } from "./memory-log.ts";

/** Who there is and how they sign in, on a database in memory, without the rest of the server. */
export function openPeople(
  clock: Clock,
  dataDir: string,
  {
    db = openDatabase(":memory:", clock.now()),
    box = createSecretBox(randomBytes(32)),
    passwordMemoryKib = 19_456,
  } = {},
) {
  const people = createPeople({
    db,
    regions: { exists: () => true },
    config: {
      accessSettlesAfterMs: DAY_MS,
      dataDir,
      oidc: null,
      passwordMemoryKib,
      passwordSignIn: true,
      signInLimits: { idleMs: DAY_MS, lifetimeMs: 7 * DAY_MS },
      zone: "Asia/Shanghai",
    },
    box,
    secrets: createServerSecrets(createSettings(db), box),
    log: createMemoryLog().log,
    clock,
  });
  return { db, box, ...people };
}
