import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DAY_MS } from "../../src/clock.ts";
import { openDatabase } from "../../src/db/open.ts";
import { createSecretBox } from "../../src/db/secret-box.ts";
import { createServerSecrets } from "../../src/db/server-secrets.ts";
import { createSettings } from "../../src/db/settings.ts";
import { createPeople } from "../../src/people/people.ts";
import { createTestClock } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";

test("what has ended by itself is removed, with nobody signing in; what holds is kept", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-ended-"));
  const clock = createTestClock();
  const db = openDatabase(":memory:", clock.now());
  const box = createSecretBox(randomBytes(32));
  const { forgetEnded, people, signIns, apiTokens } = createPeople({
    db,
    regions: { exists: () => true },
    config: {
      accessSettlesAfterMs: DAY_MS,
      dataDir: folder,
      oidc: null,
      passwordSignIn: true,
      signInLimits: { idleMs: DAY_MS, lifetimeMs: 7 * DAY_MS },
      zone: "Asia/Shanghai",
    },
    box,
    secrets: createServerSecrets(createSettings(db), box),
    log: createMemoryLog().log,
    clock,
  });
  const { name = "", password = "" } = (await people.createFirstAdministrator()) ?? {};
  const from = { address: "192.0.2.1", agent: "" };
  const { signIn } = await signIns.signIn({ name, password, ...from }, () => {});
  await signIns.signIn({ name, password: "wrong", ...from }, () => {}).catch(() => {});
  apiTokens.create(signIn, { label: "display", scopes: ["timetable:read"], expiresInDays: 1 });
  people.invite("editor", [], signIn.user.id);
  const tables = ["sign_ins", "sign_in_failures", "api_tokens", "invitations"];
  const left = () => tables.filter((table) => db.prepare(`SELECT 1 FROM ${table}`).get() !== undefined);
  forgetEnded();
  expect(left()).toEqual(tables);
  clock.advance(DAY_MS);
  forgetEnded();
  expect(left()).toEqual(["invitations"]);
  clock.advance(2 * DAY_MS);
  forgetEnded();
  expect(left()).toEqual([]);
  db.close();
  await rm(folder, { recursive: true });
});
