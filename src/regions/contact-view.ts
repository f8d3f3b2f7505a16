import { Type } from "typebox";
import { closed, RegionCode } from "../http/schemas.ts";
import { MAX_CONTACTS, MAX_ROLE, TELEPHONE_PATTERN } from "./contact.ts";

const ContactBody = closed({
  role: Type.String({
    minLength: 1,
    maxLength: MAX_ROLE,
    pattern: "\\S",
    description: "The office, as 村广播员; no name",
  }),
  telephone: Type.String({ pattern: TELEPHONE_PATTERN, examples: ["0536-5221234"] }),
});

/** Whom to call about one region, first to last; none takes them out. */
export const ContactsBody = closed({ contacts: Type.Array(ContactBody, { maxItems: MAX_CONTACTS }) });

export const RegionContactView = Type.Object({ regionCode: RegionCode, ...ContactBody.properties });
