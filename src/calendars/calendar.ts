import ical, { ICalEventStatus, ICalEventTransparency } from "ical-generator";
import type { CalendarEvent } from "../broadcasts/calendar-event-store.ts";
import { HOUR_MS, MINUTE_MS } from "../clock.ts";
import type { BroadcastClass } from "../protocol/messages.ts";

const POLL_EVERY_S = HOUR_MS / 1_000;

const STATUS: Record<CalendarEvent["status"], ICalEventStatus> = {
  tentative: ICalEventStatus.TENTATIVE,
  confirmed: ICalEventStatus.CONFIRMED,
  cancelled: ICalEventStatus.CANCELLED,
};

const CLASS_NAME: Record<BroadcastClass, string> = {
  daily: "日常",
  announcement: "通知",
  drill: "演练",
  emergency: "应急",
};

/** Control characters are no TEXT (RFC 5545 §3.3.11); a line break is, escaped. */
const textOf = (text: string): string => text.replace(/[^\P{Cc}\n]/gu, " ");

/** The slot, not the broadcast, is the event: it stays the same when it is moved, filled, called off and planned anew. */
const uidOf = ({ seriesId, localDate, localTime }: CalendarEvent): string =>
  `${seriesId}-${localDate.replaceAll("-", "")}T${localTime.replace(":", "")}@cuncunxiang`;

/**
 * An iCalendar object (RFC 5545): CRLF line ends, folded at 75 octets, every time in UTC, so that neither the server's
 * zone nor the reader's list of zones matters. Without METHOD, which lets DTSTAMP be when an event was last changed
 * (§3.8.7.2): the same events give the same bytes.
 */
export function renderCalendar(
  name: string,
  events: readonly CalendarEvent[],
  nameOf: (regionCode: string) => string,
): string {
  const calendar = ical({
    name: textOf(name),
    prodId: { company: "Cuncunxiang", product: "Broadcasts", language: "ZH" },
    ttl: POLL_EVERY_S,
  });
  for (const event of events) {
    calendar.createEvent({
      id: uidOf(event),
      sequence: event.sequence,
      stamp: new Date(event.modifiedAt),
      created: new Date(event.createdAt),
      lastModified: new Date(event.modifiedAt),
      start: new Date(event.startAt),
      ...(event.endsAt === null ? {} : { end: new Date(endOf(event.startAt, event.endsAt)) }),
      summary: textOf([event.programme, event.title].filter(Boolean).join("：")),
      description: textOf([CLASS_NAME[event.class], event.reason].filter(Boolean).join("\n")),
      location: textOf(placesOf(event, nameOf)),
      categories: [{ name: CLASS_NAME[event.class] }],
      status: STATUS[event.status],
      // A loudspeaker makes nobody busy.
      transparency: ICalEventTransparency.TRANSPARENT,
    });
  }
  return `${calendar.toString().trimEnd()}\r\n`;
}

/** Whole minutes, and never none: an end must lie after its start (RFC 5545 §3.8.2.2). */
const endOf = (startAt: number, endsAt: number): number =>
  startAt + Math.max(1, Math.ceil((endsAt - startAt) / MINUTE_MS)) * MINUTE_MS;

function placesOf({ areas, areaCount }: CalendarEvent, nameOf: (regionCode: string) => string): string {
  const names = areas.map(nameOf).join("、");
  return areaCount > areas.length ? `${names}等${areaCount}处` : names;
}
