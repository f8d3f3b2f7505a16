import i18next from "i18next";
import { term } from "../../shell/texts.ts";

/** The labels of fields of a schedule, each once. @param places JSON pointers */
export const fieldNames = (places: readonly string[]): string =>
  [...new Set(places.map((at) => at.split("/")[1] ?? ""))]
    .map((field) => term("field", field))
    .join(i18next.t("list.comma"));

/** As the beginning of what is wrong there; nothing for the whole. */
export const fieldName = (at: string): string =>
  at === "" ? "" : fieldNames([at]) + i18next.t("list.colon");
