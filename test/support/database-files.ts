import { existsSync, readFileSync } from "node:fs";

/** Whether a text stands anywhere in the files of a database, in the gaps between rows and the write-ahead log too. */
export const isInFiles = (database: string, text: string): boolean =>
  ["", "-wal"]
    .map((suffix) => database + suffix)
    .some((path) => existsSync(path) && readFileSync(path).includes(text));
