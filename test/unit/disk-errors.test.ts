import { expect, test } from "vitest";
import { explainDatabase, whenFree } from "../../src/db/open.ts";
import { AppError } from "../../src/errors.ts";

const sqliteError = (code: string) => Object.assign(new Error("disk I/O error"), { code });

test("a full disk is told from one that fails", () => {
  for (const code of ["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "ENOSPC", "EDQUOT"])
    expect(explainDatabase(sqliteError(code))).toMatchObject({ code: "no_space" });
  for (const code of ["SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR"])
    expect(explainDatabase(sqliteError(code))).toMatchObject({
      code: "unavailable",
      message: "The server's disk does not read or write.",
    });
  const other = sqliteError("SQLITE_CONSTRAINT");
  expect(explainDatabase(other)).toBe(other);
});

test("a note that is made again soon fails no request for want of the lock or of a disk, also once that was explained", () => {
  const failing = (error: unknown) => () =>
    whenFree(() => {
      throw error;
    });
  for (const code of ["SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR_WRITE"])
    for (const error of [sqliteError(code), explainDatabase(sqliteError(code))])
      expect(failing(error)).not.toThrow();
  expect(failing(sqliteError("SQLITE_CONSTRAINT"))).toThrow("disk I/O error");
  expect(failing(new AppError("unavailable", "The broker is away."))).toThrow("The broker is away.");
});
