import type { Broadcast } from "../api-types.ts";
import { term } from "../shell/texts.ts";

/** Of an interrupt, which has no programme, its class: the server's own word for it has one language. */
export const programmeName = ({
  scheduleId,
  class: of,
  programme,
}: Pick<Broadcast, "scheduleId" | "class" | "programme">): string =>
  scheduleId === null ? term("class", of) : programme;
