import { fileURLToPath } from "node:url";
import { readCalendars } from "../../src/schedules/shipped.ts";

export const SCHEDULES_DIR = fileURLToPath(new URL("../../schedules", import.meta.url));
/** The shipped public holidays and lunar years. */
export const calendars = readCalendars(SCHEDULES_DIR);
