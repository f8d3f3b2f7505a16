import { serverNow } from "../../api.js";
import { dayOf } from "../../format.js";
import { VIEWS, type View } from "./calendar-tabs.tsx";
import { isDate, lastDayOf, monthOf, weeksOf } from "./dates.ts";

/** What is looked at: all of it is in the address, so that it can be passed on and gone back to. */
export interface Looked {
  view: View;
  date: string;
  region: string | null;
  programme: string;
  /** The entry that is open, and where it was dragged to. */
  entry: string | null;
  to: string | null;
}

export function lookedAt(address: URLSearchParams): Looked {
  const date = address.get("date") ?? "";
  const to = address.get("to") ?? "";
  return {
    view: VIEWS.find((view) => view === address.get("view")) ?? "month",
    date: isDate(date) ? date : dayOf(serverNow()),
    region: address.get("region"),
    programme: address.get("programme") ?? "",
    entry: address.get("entry"),
    to: isDate(to) ? to : null,
  };
}

export function rangeOf(view: View, date: string): { from: string; until: string } {
  if (view === "timeline") return { from: date, until: date };
  const month = monthOf(date);
  if (view === "list") return { from: `${month}-01`, until: lastDayOf(month) };
  const days = weeksOf(month).flat();
  return { from: days[0] ?? date, until: days.at(-1) ?? date };
}
