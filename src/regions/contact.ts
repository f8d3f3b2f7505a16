/** Whom to call about a region: an office and its telephone, and nothing else of who that is. */
export interface Contact {
  /** As 村广播员; no name. */
  role: string;
  telephone: string;
}
export interface RegionContact extends Contact {
  regionCode: string;
  /** From 1, in the order in which they are called. */
  position: number;
}

export const MAX_CONTACTS = 5;
export const MAX_ROLE = 30;
/** Digits, with a country code, hyphens or blanks. */
export const TELEPHONE_PATTERN = "^\\+?[0-9][0-9 -]{2,18}$";
