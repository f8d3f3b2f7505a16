import { apiUrl, read, send } from "../../api.js";
import type { Attendance, AttendedSite, Page } from "../../api-types.ts";
import { inPath, query } from "../../resources.js";

/** What the API says about who was at a lecture, and what can be recorded of it. */

/** By which a room checks in. */
export interface Sheet {
  programme: string;
  title: string;
  startAt: string;
  url: string;
  /** A picture, in a `data:` address. */
  qrCode: string;
}
interface Wish {
  townName: string;
  wish: string;
}

const WISHES = 100;
const pathOf = (broadcastId: string): string => `/broadcasts/${inPath(broadcastId)}/attendance`;

export const readAttendance = (id: string, signal: AbortSignal): Promise<Attendance> =>
  read(pathOf(id), signal);
export const readSites = (
  id: string,
  code: string,
  signal: AbortSignal,
): Promise<{ items: AttendedSite[] }> => read(`${pathOf(id)}/${code}`, signal);
/** @param people `null` takes the count back */
export const putHeadcount = (id: string, code: string, people: number | null): Promise<AttendedSite> =>
  send("PUT", `${pathOf(id)}/${code}/headcount`, { people });
export const readSheet = (id: string, code: string, signal: AbortSignal): Promise<Sheet> =>
  read(`${pathOf(id)}/${code}/check-in`, signal);
/** All of them, for a spreadsheet. */
export const namesUrl = (id: string): string => apiUrl(`${pathOf(id)}/names${query({ format: "csv" })}`);
export const readWishes = (id: string, cursor: string | null, signal: AbortSignal): Promise<Page<Wish>> =>
  read(`/broadcasts/${inPath(id)}/feedback${query({ limit: WISHES, cursor })}`, signal);
