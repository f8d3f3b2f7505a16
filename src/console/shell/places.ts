import { may } from "../api.js";
import type { TextKey } from "./texts.ts";

/** The pages of the navigation: who sees them, and who can do more there than look. */

interface Place {
  path: string;
  text: TextKey;
  /** Acts of which one is needed to see it. */
  see?: string[];
  /** Acts of which one is needed to change anything there, and who has them. */
  change?: string[];
  roles?: string[];
}

const PLACES: Place[] = [
  { path: "/today", text: "nav.today" },
  { path: "/review", text: "nav.review", see: ["content:comment"] },
  {
    path: "/programmes",
    text: "nav.programmes",
    change: ["content:edit", "content:sign"],
    roles: ["editor"],
  },
  {
    path: "/calendar",
    text: "nav.calendar",
    see: ["timetable:read"],
    change: ["timetable:edit"],
    roles: ["scheduler"],
  },
  {
    path: "/announcements",
    text: "nav.announcements",
    change: ["announcements:air", "emergencies:propose"],
    roles: ["administrator", "scheduler", "town-admin"],
  },
  { path: "/devices", text: "nav.devices" },
  { path: "/people", text: "nav.people", see: ["people:read"] },
  { path: "/reports", text: "nav.reports", see: ["registers:read", "attendance:read"] },
  { path: "/audit", text: "nav.audit", see: ["audit:read"] },
  { path: "/settings", text: "nav.settings", see: ["timetable:read"] },
];

export const visiblePlaces = () => PLACES.filter(({ see }) => see === undefined || see.some(may));

/** What has no place of its own in the navigation, and to which one it belongs. */
const BELONGS = { "/broadcasts/": "/today", "/episodes/": "/programmes", "/sessions/": "/programmes" };

/** Which of them somebody is at. */
export function placeAt(pathname: string): Place | undefined {
  const [, of] = Object.entries(BELONGS).find(([begin]) => pathname.startsWith(begin)) ?? [];
  const here = pathname === "/" ? "/today" : (of ?? pathname);
  return PLACES.find(({ path }) => here.startsWith(path));
}

/** Who could change something here, where whoever is signed in can't; `null` for nothing to say. */
export function rolesMissingAt(pathname: string): string[] | null {
  const { change, roles = [] } = placeAt(pathname) ?? {};
  return change !== undefined && !change.some(may) ? roles : null;
}
