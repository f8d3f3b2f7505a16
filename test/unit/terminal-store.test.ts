import { describe, expect, test } from "vitest";
import { openOpfsStore } from "../../devices/terminal/opfs-store.ts";
import { createPrivateFolder } from "../support/terminal-folder.ts";

const MEGABYTE = 1024 * 1024;
const LINES = ["one", "two"];

describe.each([
  ["refuses a write", false],
  ["writes a part", true],
])("where a full quota %s", (_, writesInPart) => {
  /** A journal of three lines and the room that is kept for it, and nothing else that could be written. */
  async function fill() {
    const quota = { bytes: 10 * MEGABYTE, writesInPart };
    const { folder, files, used } = createPrivateFolder(quota);
    const journal = (await openOpfsStore(folder)).openJournal(LINES);
    journal.append("three");
    expect(journal.hasRoom()).toBe(true);
    quota.bytes = used();
    return { folder, files, quota, used };
  }

  test("the longer journal goes on, with the room that is kept for it", async () => {
    const { folder, files } = await fill();
    const store = await openOpfsStore(folder);
    const journal = store.openJournal(LINES);
    // It ends with a whole line: nothing is needed for it to go on.
    expect(files.get("journal.ballast")).toHaveLength(MEGABYTE);
    journal.append("four");
    expect(store.readJournal()).toEqual(["one", "two", "three", "four", ""]);
    expect(journal.hasRoom()).toBe(false);
  });

  test("a line that the power cut is not continued", async () => {
    const { folder, files, quota, used } = await fill();
    files.set(
      "journal.jsonl.2",
      files.get("journal.jsonl.2")?.subarray(0, -"ree\n".length) ?? new Uint8Array(),
    );
    quota.bytes = used();
    const store = await openOpfsStore(folder);
    store.openJournal(LINES).append("four");
    expect(store.readJournal()).toEqual(["one", "two", "th", "four", ""]);
  });
});
