/** What a page shows may be another one after a change of these. */
export const TOPICS = ["timetable", "interrupts", "content", "devices"] as const;
export type Topic = (typeof TOPICS)[number];

/**
 * The tables whose rows pages show as they stand. What devices report by the thousand is not among them: pages ask for
 * their counts every few seconds.
 */
export const TABLE_TOPICS: Record<string, Topic> = {
  schedules: "timetable",
  broadcasts: "timetable",
  area_policies: "timetable",
  shortened_hours: "timetable",
  settings: "timetable",
  empty_dates_told: "timetable",
  clock_events: "timetable",
  calendar_links: "timetable",
  interrupts: "interrupts",
  confirmations: "interrupts",
  emergencies: "interrupts",
  programmes: "content",
  episodes: "content",
  segments: "content",
  sessions: "content",
  review_acts: "content",
  review_comments: "content",
  consents: "content",
  outages: "devices",
};
