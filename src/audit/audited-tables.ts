/** What of a table's rows an entry shows, as far as it differs; every other column stays out. */
export interface AuditedTable {
  /** SQL for what a row belongs to, as the API names it. `ROW` stands for the row. */
  object: string;
  columns: readonly string[];
  /** Shown as `changed`, never by their value. */
  secrets?: readonly string[];
  /** SQL: only such rows. */
  only?: string;
}

const of = (collection: string, column = "id"): string => `'${collection}/' || ROW.${column}`;

const OF_CONTENT = "ROW.content_kind || 's/' || ROW.content_id";

/** The tables that people change. */
export const AUDITED_TABLES: Record<string, AuditedTable> = {
  settings: { object: "'policy'", columns: ["value"], only: "ROW.key = 'county-policy'" },
  users: { object: of("users"), columns: ["name", "roles", "disabled_at"], secrets: ["password_hash"] },
  invitations: { object: of("users", "user_id"), columns: ["issued_by", "expires_at"] },
  access_given: { object: of("users", "user_id"), columns: ["given_by", "how"] },
  identities: { object: of("users", "user_id"), columns: ["issuer", "subject", "roles", "confirmed_at"] },
  second_factors: { object: of("users", "user_id"), columns: ["confirmed_at"], secrets: ["sealed_secret"] },
  api_tokens: {
    object: of("users", "user_id"),
    columns: ["label", "scopes", "expires_at"],
    secrets: ["token_hash"],
  },
  deputies: {
    object: of("users", "user_id"),
    columns: ["deputy_id", "role", "from_date", "until_date", "ended_at"],
  },
  regions: { object: of("regions", "code"), columns: ["level", "parent", "name", "note"] },
  // Whose number it is can be erased; an entry cannot.
  contacts: { object: of("regions", "region_code"), columns: ["position"], secrets: ["role", "telephone"] },
  devices: {
    object: of("devices"),
    columns: [
      "region_code",
      "kind",
      "name",
      "state",
      "hardware_id",
      "model",
      "software",
      "tags",
      "group_ids",
      "volume",
      "max_kbps",
      "software_channel",
    ],
    secrets: ["token_hash", "mqtt_hash"],
  },
  software_channels: { object: of("software-channels"), columns: ["software"] },
  enrolment_codes: { object: of("devices", "device_id"), columns: ["expires_at", "used_at"] },
  asset_makers: { object: of("recordings", "sha256"), columns: ["user_id"] },
  programmes: { object: of("programmes"), columns: ["slug", "kind", "title", "segments", "sound", "review"] },
  episodes: { object: of("episodes"), columns: ["programme_id", "number", "title"] },
  segments: {
    object: of("episodes", "episode_id"),
    columns: ["position", "name", "title", "asset_sha256", "trim_from_ms", "trim_to_ms"],
  },
  sessions: {
    object: of("sessions"),
    columns: [
      "programme_id",
      "number",
      "topic",
      "speakers",
      "modules",
      "asset_sha256",
      "trim_from_ms",
      "trim_to_ms",
    ],
  },
  review_acts: {
    object: OF_CONTENT,
    columns: ["act", "in_place_of", "step", "steps", "digest", "files", "played_through", "change", "reason"],
    // An edit shows by what it changes.
    only: "ROW.act <> 'edited'",
  },
  review_comments: {
    object: OF_CONTENT,
    columns: ["part", "part_title", "at_ms", "text", "resolved_by"],
  },
  // Who is portrayed can be erased; an entry cannot.
  consents: {
    object: OF_CONTENT,
    columns: ["segment", "valid_until", "renews", "erased_at"],
    secrets: ["person", "scope", "document"],
  },
  schedules: {
    object: of("schedules"),
    columns: ["name", "definition", "version", "confirmed_by", "ended_at"],
  },
  schedule_overrides: { object: of("schedules", "schedule_id"), columns: ["version", "reason"] },
  area_policies: { object: of("regions", "region_code"), columns: ["definition", "version"] },
  shortened_hours: { object: "'policy'", columns: ["area", "agreed", "version"] },
  // What planning makes of a schedule follows from it; what was called off does not.
  broadcasts: {
    object: of("broadcasts"),
    columns: ["state", "reason", "title"],
    only: "ROW.state = 'cancelled'",
  },
  interrupts: {
    object: "CASE ROW.class WHEN 'announcement' THEN 'announcements/' ELSE 'emergencies/' END || ROW.id",
    columns: ["class", "title", "text", "asset_sha256", "longest_ms", "repeats", "silent", "corrects"],
  },
  confirmations: {
    object: of("announcements"),
    columns: ["asked_by", "quiet_from", "quiet_to", "confirmed_by"],
  },
  live_voices: { object: of("announcements"), columns: ["began_at", "ended_by"] },
  emergencies: {
    object: of("emergencies"),
    columns: ["state", "areas", "until", "replaces", "confirmed_by", "stopped_by", "reason"],
  },
  cap_messages: { object: of("emergencies", "emergency_id"), columns: ["sender", "identifier", "sent"] },
  calendar_links: {
    object: of("calendar-links"),
    columns: ["region_code", "label", "revoked_at"],
    secrets: ["token_hash"],
  },
  headcounts: { object: of("broadcasts", "broadcast_id"), columns: ["region_code", "people"] },
  erasures: { object: "'attendance/people'", columns: ["person_hash", "check_ins"] },
  trash: {
    object: "'media-library/trash/' || ROW.id",
    columns: ["kind", "subject", "label", "reason", "restored_at"],
  },
};

interface UnshownTable {
  why: string;
  /** SQL: only such rows are an act's; the others are the server's own. */
  only?: string;
}

/** Tables that people's acts write, whose entry says that it was done and shows no row, and why. */
export const UNSHOWN_TABLES: Record<string, UnshownTable> = {
  signing_keys: { why: "secret" },
  key_sets: { why: "GET /signing-keys shows them" },
  sign_ins: { why: "secret" },
  recovery_codes: { why: "secret" },
  covers: { why: "the programme's sound names it" },
  jobs: { why: "the server's work", only: "ROW.state IN ('queued', 'cancelled')" },
};

/** Tables that no act writes by itself, and why. A test holds every table to be here or above. */
export const OTHER_TABLES: Record<string, string> = {
  migrations: "the program's own",
  hearings: "what was sent to somebody; review_acts has who signed what",
  sign_in_failures: "counted before it is known what becomes of an attempt",
  device_presence: "what devices say",
  device_states: "what devices say",
  device_drifts: "follows from what devices say",
  assets: "asset_makers has who sent or spoke one",
  compositions: "follows from its recordings",
  composition_assets: "follows from its recordings",
  renditions: "follows from its recordings",
  rendition_parts: "follows from its recordings",
  live_parts: "follows from the voice",
  trash_files: "the trash entry's",
  library_damage: "found by the server",
  library_runs: "the server's own work",
  broadcast_areas: "follows from the schedule",
  broadcast_items: "follows from the content",
  broadcast_targets: "follows from the schedule",
  empty_dates_told: "the server's own",
  clock_events: "found by the server",
  calendar_events: "follows from the schedule",
  calendar_event_areas: "follows from the schedule",
  calendar_event_exclusions: "follows from the schedule",
  check_ins: "names, which can be erased; an entry cannot",
  feedback: "of nobody in particular",
  playlist_revisions: "follows from the schedule",
  commands: "follows from the act",
  command_targets: "follows from the act",
  outbox: "follows from the act",
  playback_records: "what devices say",
  report_cursors: "what devices say",
  quarantined_reports: "what devices say",
  outages: "found by the server",
  outage_devices: "found by the server",
  audit_entries: "the log itself",
  audit_objects: "the log itself",
  audit_anchors: "the log itself",
};
