import { join } from "node:path";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { openDatabase } from "../../src/db/open.ts";
import type { RunningApp } from "./app.ts";

/** Another signed-in person than the administrator, with the same password. */
export async function secondPerson(app: Pick<RunningApp, "folder" | "url" | "password">): Promise<Operator> {
  const db = openDatabase(join(app.folder, "data", "cuncunxiang.db"), Date.now());
  db.prepare(
    `INSERT INTO users (id, name, role, password_hash, created_at)
     SELECT '01900000-0000-7000-8000-00000000beef', 'deputy', role, password_hash, created_at FROM users`,
  ).run();
  db.close();
  return signInAsSecondPerson(app);
}

/** After a restart. */
export const signInAsSecondPerson = ({ url, password }: Pick<RunningApp, "url" | "password">) =>
  signIn(url, "deputy", password);
