import type { Transact } from "../db/open.ts";
import { invalid } from "../errors.ts";
import { codeRange } from "../protocol/region-code.ts";
import type { Contact, RegionContact } from "./contact.ts";
import { readContactCsv } from "./contact-csv.ts";
import type { ContactStore } from "./contact-store.ts";
import type { RegionService } from "./region-service.ts";

/** Whom to call about a region: personal data, which no device, feed or other answer of the API has. */
export interface ContactService {
  /** First to last. @throws {AppError} `not_found` */
  of(regionCode: string): Contact[];
  /**
   * Those of `reach` with all below it, `null` everywhere, by region; one more than `limit`, when there is one.
   * @param cursor of the last one before, see `cursorOf`
   * @throws {AppError} `invalid` for another cursor
   */
  list(reach: readonly string[] | null, cursor: string | undefined, limit: number): RegionContact[];
  cursorOf(contact: RegionContact): string;
  /** Instead of those that are there; none leaves nothing of them. @throws {AppError} `not_found` */
  replace(regionCode: string, contacts: readonly Contact[]): Contact[];
  /** Replaces those of the regions that a file names; all or nothing. @throws {AppError} `invalid` with the lines, `too_large` */
  importCsv(text: string): { regions: number; contacts: number };
}

interface Dependencies {
  store: ContactStore;
  regions: Pick<RegionService, "get" | "exists">;
  transact: Transact;
  emptyLog: () => void;
}

const FIRST = { regionCode: "", position: 0 };
function placeFrom(cursor: string | undefined): typeof FIRST {
  if (cursor === undefined) return FIRST;
  const [, regionCode, position] = /^(\d{12})_(\d{1,2})$/.exec(cursor) ?? [];
  if (regionCode === undefined) throw invalid("cursor", "This is not the nextCursor of a page.");
  return { regionCode, position: Number(position) };
}

export function createContactService({ store, regions, transact, emptyLog }: Dependencies): ContactService {
  /** What they replace stands nowhere any more. */
  function replacing<T>(work: () => T): T {
    const result = transact(work);
    emptyLog();
    return result;
  }

  return {
    of: (regionCode) => store.of(regions.get(regionCode).code),
    list: (reach, cursor, limit) =>
      store.after(placeFrom(cursor), reach && reach.map((area) => codeRange(area)), limit + 1),
    cursorOf: ({ regionCode, position }) => `${regionCode}_${position}`,
    replace: (regionCode, contacts) =>
      replacing(() => {
        const { code } = regions.get(regionCode);
        store.replace(
          code,
          contacts.map(({ role, telephone }) => ({ role: role.trim(), telephone: telephone.trim() })),
        );
        return store.of(code);
      }),
    importCsv: (text) =>
      replacing(() => {
        const contacts = readContactCsv(text, regions.exists);
        for (const [code, those] of contacts) store.replace(code, those);
        return { regions: contacts.size, contacts: [...contacts.values()].flat().length };
      }),
  };
}
