import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PARTIAL } from "../db/copy.ts";
import { renameDurably } from "../db/durable-file.ts";

/** Whose it is. */
export const FIRST_ADMINISTRATOR = "admin";

export const firstPasswordFile = (dataDir: string): string => join(dataDir, "first-password");

/** The first administrator's password in a file of the server's account alone: what is printed ends up in logs. */
export function createFirstPassword(dataDir: string) {
  const file = firstPasswordFile(dataDir);
  return {
    /** On the disk before there is an account that it opens. */
    keep(password: string): void {
      const partial = file + PARTIAL;
      rmSync(partial, { force: true });
      writeFileSync(partial, `${password}\n`, { mode: 0o600, flag: "wx" });
      renameDurably(partial, file);
    },
    /** Once there is another one. */
    forget: (): void => rmSync(file, { force: true }),
  };
}
export type FirstPassword = ReturnType<typeof createFirstPassword>;
