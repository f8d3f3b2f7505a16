import type { Topic } from "./topics.ts";

interface TableTopics {
  topics: readonly Topic[];
  /** SQL for the region or the person that a row is about; `ROW` stands for the row. Without it, it is about everywhere. */
  about?: string;
  /** SQL: only such updates, by `OLD` and `NEW`. */
  updates?: string;
}

const OF_DEVICE = "(SELECT region_code FROM devices WHERE id = ROW.device_id)";
const of = (...topics: Topic[]): TableTopics => ({ topics });
const ofDevice: TableTopics = { topics: ["devices", "reports"], about: OF_DEVICE };
const ofPerson: TableTopics = { topics: ["people"], about: "ROW.user_id" };

/** The tables whose rows pages show as they stand. */
export const TABLE_TOPICS: Record<string, TableTopics> = {
  schedules: of("timetable"),
  broadcasts: of("timetable"),
  area_policies: of("timetable"),
  shortened_hours: of("timetable"),
  settings: of("timetable"),
  empty_dates_told: of("timetable"),
  clock_events: of("timetable"),
  calendar_links: of("timetable"),
  interrupts: of("interrupts"),
  confirmations: of("interrupts"),
  live_voices: of("interrupts"),
  emergencies: of("interrupts"),
  programmes: of("content"),
  episodes: of("content"),
  segments: of("content"),
  sessions: of("content"),
  review_acts: of("content"),
  review_comments: of("content"),
  consents: of("content"),
  renditions: {
    topics: ["content", "interrupts"],
    // Not every per cent of it.
    updates: "OLD.state IS NOT NEW.state",
  },
  regions: of("regions"),
  software_channels: of("devices"),
  devices: { topics: ["devices", "reports"], about: "ROW.region_code" },
  device_presence: {
    ...ofDevice,
    // A broker that comes back repeats what it retained.
    updates: "(OLD.online, OLD.boot_id, OLD.software) IS NOT (NEW.online, NEW.boot_id, NEW.software)",
  },
  device_states: {
    ...ofDevice,
    // Each device says every few minutes that nothing is new but these two.
    updates: `json_remove(OLD.state, '$.clock.offsetMs', '$.freeBytes')
      IS NOT json_remove(NEW.state, '$.clock.offsetMs', '$.freeBytes')`,
  },
  device_drifts: ofDevice,
  outages: { topics: ["devices"], about: "ROW.region_code" },
  quarantined_reports: { topics: ["devices"], about: OF_DEVICE },
  playback_records: of("proofs", "reports"),
  check_ins: { topics: ["attendance"], about: "ROW.region_code" },
  headcounts: { topics: ["attendance"], about: "ROW.region_code" },
  users: { topics: ["people"], about: "ROW.id" },
  invitations: ofPerson,
  identities: ofPerson,
  second_factors: ofPerson,
  deputies: ofPerson,
  // That they are used is noted in them all the time.
  sign_ins: { ...ofPerson, updates: "FALSE" },
  api_tokens: { ...ofPerson, updates: "FALSE" },
  signing_keys: of("keys"),
  key_sets: of("keys"),
  outbox: of("broker"),
  audit_entries: of("audit"),
};
