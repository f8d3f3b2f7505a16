import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { Contact } from "../api-types.ts";

/** As `村广播员 0536-5221234`. */
export const contactText = ({ role, telephone }: Contact): string => `${role} ${telephone}`;

/** Whom to call, first to last; a tap on a telephone calls. */
export function ContactLinks({ contacts }: { contacts: readonly Contact[] }) {
  const { t } = useTranslation();
  return contacts.map(({ role, telephone }, index) => (
    <Fragment key={`${role} ${telephone}`}>
      {index > 0 && t("list.comma")}
      {role} <a href={`tel:${telephone.replaceAll(/[ -]/g, "")}`}>{telephone}</a>
    </Fragment>
  ));
}
