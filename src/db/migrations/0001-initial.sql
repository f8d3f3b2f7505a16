-- Instants are UTC epoch milliseconds; ids are UUIDv7 text unless said otherwise.

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is sealed opens with the key in SECRETS_KEY_FILE alone (src/db/secret-box.ts): here, and in settings named `secret/…`.
CREATE TABLE signing_keys (
  kid        TEXT PRIMARY KEY,
  alg        TEXT NOT NULL CHECK (alg IN ('EdDSA', 'SM2-SM3')),
  sealed_jwk TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Every set of public keys that devices were told to trust, each signed by a key of the one before: a device that was away
-- for long follows them to the newest.
CREATE TABLE key_sets (
  serial    INTEGER PRIMARY KEY,
  payload   TEXT NOT NULL CHECK (json_valid(payload)),
  jws       TEXT NOT NULL,
  issued_at INTEGER NOT NULL
) STRICT;

-- People ---------------------------------------------------------------------------------------------------------

CREATE TABLE users (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
  -- JSON array of {role, area}; the area is null where the role is for all of the county.
  roles         TEXT NOT NULL CHECK (json_valid(roles)),
  -- NULL until the first invitation is accepted.
  password_hash TEXT,
  -- How often one was set; the same one hashed otherwise does not count.
  password_version INTEGER NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL,
  disabled_at   INTEGER
) STRICT;

-- Who a person is at a provider (OpenID Connect): never found by name, only by these two.
CREATE TABLE identities (
  user_id    TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  issuer     TEXT NOT NULL,
  subject    TEXT NOT NULL,
  -- Which of the person's roles the provider's groups gave at the last sign-in; all others were given by hand.
  roles      TEXT NOT NULL CHECK (json_valid(roles)),
  created_at INTEGER NOT NULL,
  -- NULL while the person has not said, from the own sign-in, that an administrator's link is right.
  confirmed_at INTEGER,
  UNIQUE (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_ins (
  id            TEXT PRIMARY KEY,
  -- SHA-256 of a token of 256 random bits, which only the cookie holds.
  token_hash    TEXT NOT NULL UNIQUE,
  user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Whether it was made with a second factor, too.
  second_factor INTEGER NOT NULL CHECK (second_factor IN (0, 1)),
  address       TEXT NOT NULL,
  agent         TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  last_seen_at  INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_ins_by_user ON sign_ins (user_id, id);

-- Passwords and codes that were wrong, by account (a keyed hash of what was typed as its name), by account at an address (on a
-- line of its own after it), and by address: `account:…`, `address:…`.
CREATE TABLE sign_in_failures (
  subject  TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (last_at);

-- Links by which a person sets the own password, once.
CREATE TABLE invitations (
  token_hash TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  issued_by  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_by_user ON invitations (user_id);

-- Who let whom in: by a link that was used, by removing a second factor, or by linking with a provider. For a while the two of
-- them count as one person.
CREATE TABLE access_given (
  id       INTEGER PRIMARY KEY,
  user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  given_by TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  how      TEXT NOT NULL CHECK (how IN ('invitation', 'second-factor', 'provider')),
  at       INTEGER NOT NULL
) STRICT;
CREATE INDEX access_given_by_age ON access_given (at);

-- Second factors (RFC 6238); not in force before a first code has proved that they work.
CREATE TABLE second_factors (
  user_id       TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  sealed_secret TEXT NOT NULL,
  confirmed_at  INTEGER,
  -- The time step of the last code that was taken: each counts once.
  last_step     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Each counts once, instead of a code, for who has lost the telephone.
CREATE TABLE recovery_codes (
  code_hash TEXT PRIMARY KEY,
  user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

-- What scripts sign in with.
CREATE TABLE api_tokens (
  id            TEXT PRIMARY KEY,
  user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  label         TEXT NOT NULL,
  token_hash    TEXT NOT NULL UNIQUE,
  -- JSON array of acts; what the person may not do, the token may not do either.
  scopes        TEXT NOT NULL CHECK (json_valid(scopes)),
  -- Whether it was made in a sign-in with a second factor.
  second_factor INTEGER NOT NULL CHECK (second_factor IN (0, 1)),
  created_at    INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL,
  last_used_at  INTEGER
) STRICT;
CREATE INDEX api_tokens_by_user ON api_tokens (user_id, id);

-- Who stands in for whom in a role, from one calendar day of the county to another, both included.
CREATE TABLE deputies (
  id         TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  deputy_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role       TEXT NOT NULL,
  from_date  TEXT NOT NULL,
  until_date TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at   INTEGER,
  CHECK (deputy_id <> user_id),
  CHECK (from_date <= until_date)
) STRICT;
CREATE INDEX deputies_by_deputy ON deputies (deputy_id, until_date);
CREATE INDEX deputies_by_user ON deputies (user_id, until_date);

-- Places and devices -----------------------------------------------------------------------------------------------

CREATE TABLE regions (
  code   TEXT PRIMARY KEY CHECK (length(code) = 12),
  level  TEXT NOT NULL CHECK (level IN ('province', 'city', 'county', 'town', 'village')),
  parent TEXT REFERENCES regions (code),
  name   TEXT NOT NULL,
  note   TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX regions_by_parent ON regions (parent);

-- Whom to call about a region; personal data, which is erased with its row.
CREATE TABLE contacts (
  region_code TEXT NOT NULL REFERENCES regions (code),
  position    INTEGER NOT NULL CHECK (position > 0),
  role        TEXT NOT NULL,
  telephone   TEXT NOT NULL,
  PRIMARY KEY (region_code, position)
) STRICT, WITHOUT ROWID;

-- Which software the devices of a channel are to run, as they name it themselves.
CREATE TABLE software_channels (
  id         TEXT PRIMARY KEY,
  software   TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  id           TEXT PRIMARY KEY,
  region_code  TEXT NOT NULL REFERENCES regions (code),
  kind         TEXT NOT NULL CHECK (kind IN ('loudspeaker', 'terminal')),
  name         TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('new', 'enrolled', 'revoked')),
  hardware_id  TEXT,
  model        TEXT,
  software     TEXT,
  token_hash   TEXT UNIQUE,
  -- `$7$` PBKDF2-SHA512 as Mosquitto's password file writes it; the secret itself has 256 random bits.
  mqtt_hash    TEXT,
  -- What a schedule can be for, apart from regions: JSON arrays of text.
  tags         TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  group_ids    TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(group_ids)),
  -- The desired half of its twin, along with the groups; NULL leaves a thing to the device.
  volume           INTEGER CHECK (volume BETWEEN 0 AND 100),
  max_kbps         INTEGER CHECK (max_kbps > 0),
  software_channel TEXT REFERENCES software_channels (id),
  desired_version  INTEGER NOT NULL DEFAULT 0,
  desired_at       INTEGER,
  desired_by       TEXT,
  created_at   INTEGER NOT NULL,
  enrolled_at  INTEGER,
  revoked_at   INTEGER
) STRICT;
CREATE INDEX devices_by_software_channel ON devices (software_channel) WHERE software_channel IS NOT NULL;
CREATE INDEX devices_by_region ON devices (region_code, state);
CREATE UNIQUE INDEX devices_by_hardware ON devices (hardware_id) WHERE state = 'enrolled';

CREATE TABLE enrolment_codes (
  code_hash  TEXT PRIMARY KEY,
  device_id  TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_codes_by_device ON enrolment_codes (device_id);

-- What devices last said of themselves: presence from birth and will, state from the twin's reported half.
CREATE TABLE device_presence (
  device_id TEXT PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
  online    INTEGER NOT NULL CHECK (online IN (0, 1)),
  boot_id   TEXT NOT NULL,
  at        INTEGER NOT NULL,
  software  TEXT NOT NULL,
  -- When the server first heard this, by its own clock.
  heard_at  INTEGER NOT NULL,
  -- Grows with each coming and going and decays; see src/devices/flapping.ts.
  unrest    REAL NOT NULL DEFAULT 0,
  unrest_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE device_states (
  device_id   TEXT PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
  state       TEXT NOT NULL CHECK (json_valid(state)),
  received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- In which fields the halves of a twin differ, and since when.
CREATE TABLE device_drifts (
  device_id TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  field     TEXT NOT NULL CHECK (field IN ('version', 'volume', 'groups', 'policy', 'maxKbps', 'software')),
  since     INTEGER NOT NULL,
  PRIMARY KEY (device_id, field)
) STRICT, WITHOUT ROWID;

-- Lines that are or were down: a device's, or a region's of which most devices went at once.
CREATE TABLE outages (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL CHECK (kind IN ('gone', 'unstable')),
  -- It may lie above all that were imported.
  region_code TEXT NOT NULL,
  device_id   TEXT REFERENCES devices (id) ON DELETE CASCADE,
  began_at    INTEGER NOT NULL,
  ended_at    INTEGER
) STRICT;
CREATE INDEX outages_open ON outages (id) WHERE ended_at IS NULL;

CREATE TABLE outage_devices (
  outage_id INTEGER NOT NULL REFERENCES outages (id) ON DELETE CASCADE,
  device_id TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  PRIMARY KEY (outage_id, device_id)
) STRICT, WITHOUT ROWID;

-- Media ------------------------------------------------------------------------------------------------------------

CREATE TABLE assets (
  sha256        TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  bytes         INTEGER NOT NULL,
  -- What it is: container, tracks, codecs, clocks; every later pass reads it as that.
  probe         TEXT NOT NULL CHECK (json_valid(probe)),
  duration_ms   INTEGER NOT NULL,
  original_name TEXT NOT NULL,
  -- Engine and text of a synthetic voice; NULL for a recording.
  synthetic     TEXT CHECK (json_valid(synthetic)),
  -- What was heard in it: levels, silences, faults; NULL until it has been listened to.
  listening     TEXT CHECK (json_valid(listening)),
  created_at    INTEGER NOT NULL,
  -- Somebody sent or spoke the same bytes again, and is about to use them.
  last_received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whoever sent or spoke these bytes, once or again. Kept when they are removed: sent again, they are the same work.
CREATE TABLE asset_makers (
  sha256  TEXT NOT NULL CHECK (length(sha256) = 64),
  user_id TEXT NOT NULL REFERENCES users (id),
  -- When they last did.
  at      INTEGER NOT NULL,
  PRIMARY KEY (sha256, user_id)
) STRICT, WITHOUT ROWID;

-- What is rendered: clips of assets in order, with gaps, chapters and labels. Named by the SHA-256 of its definition.
CREATE TABLE compositions (
  id          TEXT PRIMARY KEY CHECK (length(id) = 64),
  definition  TEXT NOT NULL CHECK (json_valid(definition)),
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE composition_assets (
  composition_id TEXT NOT NULL REFERENCES compositions (id) ON DELETE CASCADE,
  asset_sha256   TEXT NOT NULL REFERENCES assets (sha256),
  PRIMARY KEY (composition_id, asset_sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX composition_assets_by_asset ON composition_assets (asset_sha256);

CREATE TABLE renditions (
  id             TEXT PRIMARY KEY,
  composition_id TEXT NOT NULL REFERENCES compositions (id),
  profile        TEXT NOT NULL,
  -- SHA-256 of all that decides the bytes: a changed profile or clip is another derivation of the same name.
  derivation     TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('queued', 'running', 'ready', 'failed', 'cancelled')),
  error          TEXT,
  sha256         TEXT,
  bytes          INTEGER,
  mime           TEXT,
  duration_ms    INTEGER,
  loudness_lufs  REAL,
  true_peak_dbtp REAL,
  loudness_by    TEXT CHECK (loudness_by IN ('gain', 'limiter', 'compression')),
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  UNIQUE (composition_id, profile, derivation),
  CHECK (state <> 'ready' OR (sha256 IS NOT NULL AND bytes IS NOT NULL AND mime IS NOT NULL AND duration_ms IS NOT NULL))
) STRICT;
CREATE INDEX renditions_by_sha256 ON renditions (sha256);
CREATE INDEX renditions_by_derivation ON renditions (derivation) WHERE state = 'ready';

-- What a rendition consists of beside its own file: a stream's playlists and media.
CREATE TABLE rendition_parts (
  rendition_id TEXT NOT NULL REFERENCES renditions (id) ON DELETE CASCADE,
  sha256       TEXT NOT NULL,
  bytes        INTEGER NOT NULL,
  mime         TEXT NOT NULL,
  PRIMARY KEY (rendition_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX rendition_parts_by_sha256 ON rendition_parts (sha256);

-- A second or so of what is spoken live, from the moment that it may be fetched until nobody is to hear it any more.
CREATE TABLE live_parts (
  voice_id    TEXT NOT NULL,
  n           INTEGER NOT NULL CHECK (n >= 1),
  sha256      TEXT NOT NULL,
  bytes       INTEGER NOT NULL,
  at_ms       REAL NOT NULL,
  duration_ms REAL NOT NULL,
  made_at     INTEGER NOT NULL,
  PRIMARY KEY (voice_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX live_parts_by_sha256 ON live_parts (sha256);
CREATE INDEX live_parts_by_age ON live_parts (made_at);

-- Covers of podcasts, as they are put into them.
CREATE TABLE covers (
  sha256     TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  bytes      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Work on an asset ('listen') or a composition ('sound', 'picture').
CREATE TABLE jobs (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL CHECK (kind IN ('listen', 'sound', 'picture')),
  subject     TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- When what it makes is expected on air; the earliest is done first.
  air_at      INTEGER,
  -- Attempts that failed, and times in a row that nobody was left to say how an attempt ended.
  failures     INTEGER NOT NULL DEFAULT 0,
  abandonments INTEGER NOT NULL DEFAULT 0,
  not_before  INTEGER NOT NULL DEFAULT 0,
  -- Who works on it, until when without another sign of life.
  worker      TEXT,
  lease_until INTEGER,
  began_at    INTEGER,
  error       TEXT,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  CHECK ((state = 'running') = (worker IS NOT NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX jobs_open ON jobs (kind, subject) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_state ON jobs (state, updated_at);

-- What housekeeping took out of the library, whole enough to be put back: the deleted rows as JSON and the files' names.
CREATE TABLE trash (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL CHECK (kind IN ('asset', 'cover', 'composition', 'rendition', 'file')),
  subject     TEXT NOT NULL,
  label       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  rows        TEXT NOT NULL CHECK (json_valid(rows)),
  trashed_at  INTEGER NOT NULL,
  -- Restored: until when it stays although nothing names it yet. Otherwise: until when it can be restored.
  expires_at  INTEGER NOT NULL,
  restored_at INTEGER
) STRICT;
CREATE INDEX trash_by_subject ON trash (kind, subject);

CREATE TABLE trash_files (
  trash_id TEXT NOT NULL REFERENCES trash (id) ON DELETE CASCADE,
  sha256   TEXT NOT NULL,
  bytes    INTEGER NOT NULL,
  PRIMARY KEY (trash_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX trash_files_by_sha256 ON trash_files (sha256);

-- Files that were not what their name says when they were read again.
CREATE TABLE library_damage (
  sha256        TEXT PRIMARY KEY,
  problem       TEXT NOT NULL CHECK (problem IN ('missing', 'size', 'changed', 'unreadable')),
  found         TEXT NOT NULL,
  action        TEXT NOT NULL CHECK (action IN ('reported', 'made_anew')),
  first_seen_at INTEGER NOT NULL,
  last_seen_at  INTEGER NOT NULL,
  -- When it was found whole again.
  mended_at     INTEGER
) STRICT, WITHOUT ROWID;

-- The last or present run of each kind of housekeeping; a scrub goes on at its cursor after a restart.
CREATE TABLE library_runs (
  kind     TEXT PRIMARY KEY CHECK (kind IN ('collect', 'scrub')),
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  cursor   TEXT NOT NULL DEFAULT '',
  result   TEXT NOT NULL CHECK (json_valid(result))
) STRICT, WITHOUT ROWID;

-- Programmes and their content -----------------------------------------------------------------------------------

CREATE TABLE programmes (
  id       TEXT PRIMARY KEY,
  slug     TEXT NOT NULL UNIQUE,
  kind     TEXT NOT NULL CHECK (kind IN ('broadcast', 'lecture')),
  title    TEXT NOT NULL,
  segments TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(segments)),
  -- How it sounds and is delivered: list or one programme, signature tune, stings, gaps, loudspeaker filters, cover, slot.
  sound    TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(sound)),
  -- How its content is reviewed: how many steps, whether it has to be played through.
  review   TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(review))
) STRICT;

CREATE TABLE episodes (
  id           TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  number       INTEGER NOT NULL CHECK (number > 0),
  title        TEXT NOT NULL,
  -- The segments as one programme, where the programme is delivered so and every segment is there.
  composition_id TEXT REFERENCES compositions (id),
  approved_at  INTEGER,
  -- Another with each change of title, segments or recordings.
  version      INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  UNIQUE (programme_id, number)
) STRICT;
CREATE INDEX episodes_by_composition ON episodes (composition_id);

CREATE TABLE segments (
  id           TEXT PRIMARY KEY,
  episode_id   TEXT NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
  position     INTEGER NOT NULL,
  name         TEXT NOT NULL,
  title        TEXT NOT NULL,
  asset_sha256 TEXT REFERENCES assets (sha256),
  -- What of the recording is used; NULL is all of it.
  trim_from_ms INTEGER,
  trim_to_ms   INTEGER,
  composition_id TEXT REFERENCES compositions (id),
  UNIQUE (episode_id, position),
  CHECK ((trim_from_ms IS NULL) = (trim_to_ms IS NULL)),
  CHECK ((asset_sha256 IS NULL) = (composition_id IS NULL))
) STRICT;
CREATE INDEX segments_by_asset ON segments (asset_sha256);
CREATE INDEX segments_by_composition ON segments (composition_id);

CREATE TABLE sessions (
  id           TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  number       INTEGER NOT NULL CHECK (number > 0),
  topic        TEXT NOT NULL,
  speakers     TEXT NOT NULL CHECK (json_valid(speakers)),
  modules      TEXT NOT NULL CHECK (json_valid(modules)),
  asset_sha256 TEXT REFERENCES assets (sha256),
  trim_from_ms INTEGER,
  trim_to_ms   INTEGER,
  composition_id TEXT REFERENCES compositions (id),
  approved_at  INTEGER,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  UNIQUE (programme_id, number)
) STRICT;
CREATE INDEX sessions_by_asset ON sessions (asset_sha256);
CREATE INDEX sessions_by_composition ON sessions (composition_id);

-- Every edit of an episode or a session and every act of its reviews, by whom, with what it was about as that was then.
-- Where a review stands follows from them alone (src/review/review.ts).
CREATE TABLE review_acts (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  at             INTEGER NOT NULL,
  act            TEXT NOT NULL CHECK (act IN ('edited', 'submitted', 'signed', 'returned', 'withdrawn', 'voided')),
  -- NULL for the server itself.
  user_id        TEXT REFERENCES users (id),
  content_kind   TEXT NOT NULL CHECK (content_kind IN ('episode', 'session')),
  content_id     TEXT NOT NULL,
  -- Who is away and was stood in for.
  in_place_of    TEXT REFERENCES users (id),
  step           TEXT CHECK (step IN ('first', 'second', 'final')),
  -- Of a submission: how many steps it takes.
  steps          INTEGER CHECK (steps BETWEEN 1 AND 3),
  -- What was submitted and heard, see docs/review.md.
  digest         TEXT CHECK (length(digest) = 64),
  -- JSON array of {part, profile, sha256}: what that is the digest of.
  files          TEXT CHECK (json_valid(files)),
  played_through INTEGER CHECK (played_through IN (0, 1)),
  change         TEXT CHECK (change IN ('title', 'segments', 'recording', 'trim', 'sound', 'rendition')),
  reason         TEXT,
  programme      TEXT NOT NULL,
  number         INTEGER NOT NULL,
  title          TEXT NOT NULL,
  -- JSON array of the recordings' SHA-256, in order.
  recordings     TEXT NOT NULL CHECK (json_valid(recordings)),
  -- Of those, the ones of which only a part was in it.
  trimmed        TEXT NOT NULL CHECK (json_valid(trimmed)),
  duration_ms    INTEGER NOT NULL,
  CHECK ((act = 'submitted') = (steps IS NOT NULL)),
  CHECK ((act = 'signed') = (step IS NOT NULL)),
  CHECK ((act = 'signed') = (played_through IS NOT NULL)),
  CHECK ((act IN ('submitted', 'signed')) = (digest IS NOT NULL)),
  CHECK ((digest IS NULL) = (files IS NULL)),
  CHECK (user_id IS NOT NULL OR (act = 'voided' AND change = 'rendition' AND reason IS NOT NULL)),
  CHECK ((act IN ('edited', 'voided')) = (change IS NOT NULL)),
  CHECK (act <> 'returned' OR reason IS NOT NULL)
) STRICT;
CREATE INDEX review_acts_by_content ON review_acts (content_id, id);
CREATE INDEX review_acts_by_at ON review_acts (at, id) WHERE act <> 'edited';

-- What the server has sent of a file to somebody who hears it for a review, until that is signed or a day has passed.
CREATE TABLE hearings (
  user_id  TEXT NOT NULL REFERENCES users (id),
  sha256   TEXT NOT NULL CHECK (length(sha256) = 64),
  -- When its first byte was sent.
  began_at INTEGER NOT NULL,
  -- JSON array of {start, end}, the last byte included.
  ranges   TEXT NOT NULL CHECK (json_valid(ranges)),
  PRIMARY KEY (user_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX hearings_by_began_at ON hearings (began_at);

-- What reviewers and editors say about a moment of what is heard.
CREATE TABLE review_comments (
  id           TEXT PRIMARY KEY,
  content_kind TEXT NOT NULL CHECK (content_kind IN ('episode', 'session')),
  content_id   TEXT NOT NULL,
  -- In air order, from 1, and its title then.
  part         INTEGER NOT NULL CHECK (part >= 1),
  part_title   TEXT NOT NULL,
  at_ms        INTEGER NOT NULL CHECK (at_ms >= 0),
  text         TEXT NOT NULL,
  -- What was there to be heard then.
  digest       TEXT NOT NULL CHECK (length(digest) = 64),
  user_id      TEXT NOT NULL REFERENCES users (id),
  created_at   INTEGER NOT NULL,
  resolved_at  INTEGER,
  resolved_by  TEXT REFERENCES users (id),
  CHECK ((resolved_at IS NULL) = (resolved_by IS NULL))
) STRICT;
CREATE INDEX review_comments_by_content ON review_comments (content_id, id);

-- The consents of people who are portrayed. What is erased here stays out of the audit log, too; that there was one stays,
-- for what it kept off the air not to come back by that.
CREATE TABLE consents (
  id           TEXT PRIMARY KEY,
  content_kind TEXT NOT NULL CHECK (content_kind IN ('episode', 'session')),
  content_id   TEXT NOT NULL,
  -- By its name: segments are replaced as a whole. NULL of a session.
  segment      TEXT,
  -- NULL once it is erased, as are scope and document.
  person       TEXT,
  scope        TEXT,
  -- The last calendar day of the county that it covers; NULL is without an end.
  valid_until  TEXT,
  document     TEXT,
  -- The erased one that it takes the place of.
  renews       TEXT REFERENCES consents (id),
  erased_at    INTEGER,
  created_at   INTEGER NOT NULL,
  changed_by   TEXT NOT NULL REFERENCES users (id),
  changed_at   INTEGER NOT NULL,
  CHECK ((erased_at IS NULL) = (person IS NOT NULL)),
  CHECK ((erased_at IS NULL) = (scope IS NOT NULL)),
  CHECK ((erased_at IS NULL) = (document IS NOT NULL)),
  CHECK ((content_kind = 'session') = (segment IS NULL))
) STRICT;
CREATE UNIQUE INDEX consents_by_renewed ON consents (renews);
CREATE INDEX consents_by_content ON consents (content_id);

-- Schedules and broadcasts -----------------------------------------------------------------------------------------

CREATE TABLE schedules (
  id           TEXT PRIMARY KEY,
  programme_id TEXT NOT NULL REFERENCES programmes (id),
  name         TEXT NOT NULL,
  -- The whole rule as the API shows it: dates, times, zone, targets, content policy, class, priority, lateness.
  definition   TEXT NOT NULL CHECK (json_valid(definition)),
  version      INTEGER NOT NULL DEFAULT 1,
  -- The ids of whoever saved it since it was confirmed last, by a second person.
  saved_by     TEXT NOT NULL CHECK (json_valid(saved_by)),
  confirmed_by TEXT REFERENCES users (id),
  confirmed_at INTEGER,
  ended_at     INTEGER,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) STRICT;

-- What was saved although it has conflicts, by whom and why.
CREATE TABLE schedule_overrides (
  id          INTEGER PRIMARY KEY,
  schedule_id TEXT NOT NULL REFERENCES schedules (id),
  version     INTEGER NOT NULL,
  user_id     TEXT NOT NULL REFERENCES users (id),
  reason      TEXT NOT NULL,
  conflicts   TEXT NOT NULL CHECK (json_valid(conflicts)),
  at          INTEGER NOT NULL
) STRICT;
CREATE INDEX schedule_overrides_by_schedule ON schedule_overrides (schedule_id, id);

-- What an area adds to the policy of what encloses it. NULL once it was taken back: the version counts on.
CREATE TABLE area_policies (
  region_code TEXT PRIMARY KEY REFERENCES regions (code),
  definition  TEXT CHECK (definition IS NULL OR json_valid(definition)),
  version     INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Quiet hours of a county, or around it, that were made shorter and that no second person has confirmed.
CREATE TABLE shortened_hours (
  -- The region whose policy it is; '*' is the whole server's.
  area         TEXT PRIMARY KEY,
  -- As they were, and count still for what takes two people.
  agreed       TEXT NOT NULL CHECK (json_valid(agreed)),
  -- The ids of whoever had a part in it.
  shortened_by TEXT NOT NULL CHECK (json_valid(shortened_by)),
  at           INTEGER NOT NULL,
  version      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE broadcasts (
  id           TEXT PRIMARY KEY,
  -- NULL: somebody airs it this once, see `interrupts`, which has the same id.
  schedule_id  TEXT REFERENCES schedules (id),
  -- The slot in the rule's own wall clock, also of what was moved.
  local_date   TEXT NOT NULL,
  local_time   TEXT NOT NULL,
  start_at     INTEGER NOT NULL,
  not_after    INTEGER NOT NULL,
  class        TEXT NOT NULL CHECK (class IN ('daily', 'announcement', 'drill', 'emergency')),
  priority     INTEGER NOT NULL,
  lateness     TEXT NOT NULL CHECK (lateness IN ('skip', 'join', 'play')),
  offline      TEXT NOT NULL CHECK (offline IN ('play', 'skip')),
  volume       INTEGER,
  -- A drill that goes the whole way without a sound.
  silent       INTEGER NOT NULL DEFAULT 0 CHECK (silent IN (0, 1)),
  kinds        TEXT NOT NULL CHECK (json_valid(kinds)),
  excluded_areas TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(excluded_areas)),
  group_ids    TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(group_ids)),
  tags         TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  programme    TEXT NOT NULL,
  -- An `alert` is told as the state of its areas, never by playlist or `play` command.
  content_kind TEXT CHECK (content_kind IN ('episode', 'session', 'announcement', 'alert', 'live')),
  content_id   TEXT,
  -- What the schedule's policy gave it, what plays when that has nothing, or what was chosen for this date.
  content_by   TEXT CHECK (content_by IN ('policy', 'fallback', 'choice')),
  title        TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL CHECK (state IN ('planned', 'ready', 'frozen', 'on_air', 'aired', 'failed', 'cancelled', 'missed')),
  reason       TEXT,
  -- Why it had nothing to play, as a word that does not change.
  why_not      TEXT,
  ends_at      INTEGER,
  -- When it was cancelled, and by whom; NULL for the server itself.
  stopped_at   INTEGER,
  stopped_by   TEXT REFERENCES users (id),
  updated_at   INTEGER NOT NULL,
  -- Never begun, and given up for another broadcast of the same slot.
  superseded   INTEGER NOT NULL DEFAULT 0 CHECK (superseded IN (0, 1)),
  CHECK (superseded = 0 OR state IN ('cancelled', 'missed')),
  CHECK ((content_kind IS NULL) = (content_id IS NULL)),
  CHECK ((content_by IS NULL) = (content_id IS NULL)),
  CHECK (state NOT IN ('ready', 'frozen', 'on_air') OR content_id IS NOT NULL)
) STRICT;
-- Keeps planning twice from making two of one slot.
CREATE UNIQUE INDEX broadcasts_by_slot ON broadcasts (schedule_id, local_date, local_time) WHERE superseded = 0;
CREATE INDEX broadcasts_by_state ON broadcasts (state, start_at);
CREATE INDEX broadcasts_by_content ON broadcasts (content_id, start_at) WHERE content_id IS NOT NULL;
CREATE INDEX broadcasts_by_start ON broadcasts (start_at, id);

CREATE TABLE broadcast_areas (
  broadcast_id TEXT NOT NULL REFERENCES broadcasts (id) ON DELETE CASCADE,
  region_code  TEXT NOT NULL REFERENCES regions (code),
  PRIMARY KEY (region_code, broadcast_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX broadcast_areas_by_broadcast ON broadcast_areas (broadcast_id);

-- What plays, per kind of device: the exact bytes, fixed when the content is assigned.
CREATE TABLE broadcast_items (
  broadcast_id TEXT NOT NULL REFERENCES broadcasts (id) ON DELETE CASCADE,
  device_kind  TEXT NOT NULL CHECK (device_kind IN ('loudspeaker', 'terminal')),
  position     INTEGER NOT NULL,
  sha256       TEXT NOT NULL,
  mime         TEXT NOT NULL,
  bytes        INTEGER NOT NULL,
  duration_ms  INTEGER NOT NULL,
  title        TEXT NOT NULL,
  -- Of what can be shown while a device lacks the file.
  stream_sha256 TEXT,
  PRIMARY KEY (broadcast_id, device_kind, position)
) STRICT, WITHOUT ROWID;

-- Who was meant to play it, resolved when the broadcast froze.
CREATE TABLE broadcast_targets (
  broadcast_id TEXT NOT NULL REFERENCES broadcasts (id) ON DELETE CASCADE,
  device_id    TEXT NOT NULL REFERENCES devices (id),
  PRIMARY KEY (broadcast_id, device_id)
) STRICT, WITHOUT ROWID;

-- Interrupts: what somebody airs this once. Its broadcast has the same id.
CREATE TABLE interrupts (
  id             TEXT PRIMARY KEY,
  class          TEXT NOT NULL CHECK (class IN ('announcement', 'drill', 'emergency')),
  title          TEXT NOT NULL,
  -- What is spoken; NULL for a recording.
  text           TEXT,
  asset_sha256   TEXT REFERENCES assets (sha256) ON DELETE SET NULL,
  composition_id TEXT REFERENCES compositions (id) ON DELETE SET NULL,
  -- SHA-256 of what is spoken before and after a drill: a JSON array of text.
  marks          TEXT NOT NULL CHECK (json_valid(marks)),
  -- Spoken live, for at most so long; NULL for everything else.
  longest_ms     INTEGER CHECK (longest_ms > 0),
  -- How often the recording is heard in one airing.
  repeats        INTEGER NOT NULL CHECK (repeats >= 1),
  silent         INTEGER NOT NULL CHECK (silent IN (0, 1)),
  -- The broadcast whose hearers it puts right.
  corrects       TEXT REFERENCES broadcasts (id),
  created_by     TEXT NOT NULL REFERENCES users (id),
  created_at     INTEGER NOT NULL,
  CHECK (silent = 0 OR class = 'drill')
) STRICT;
CREATE INDEX interrupts_by_composition ON interrupts (composition_id);

-- An announcement that takes a second person, and who that was.
CREATE TABLE confirmations (
  id             TEXT PRIMARY KEY REFERENCES interrupts (id),
  -- Who made it, or gave it its recording afterwards.
  asked_by       TEXT NOT NULL REFERENCES users (id),
  -- The quiet window of the county that it may fall into, as local times.
  quiet_from     TEXT NOT NULL,
  quiet_to       TEXT NOT NULL,
  confirmed_by   TEXT REFERENCES users (id),
  confirmed_at   INTEGER,
  -- What was confirmed: another recording is not. NULL for what is to be spoken live.
  composition_id TEXT,
  CHECK (confirmed_by <> asked_by),
  CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL))
) STRICT;

-- What is spoken live, from the first word on.
CREATE TABLE live_voices (
  id       TEXT PRIMARY KEY REFERENCES interrupts (id),
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended_by TEXT CHECK (ended_by IN ('speaker', 'link', 'longest', 'stopped', 'server')),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE INDEX live_voices_open ON live_voices (id) WHERE ended_at IS NULL;

-- Two people start one, any one ends it.
CREATE TABLE emergencies (
  id           TEXT PRIMARY KEY REFERENCES interrupts (id),
  state        TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'active', 'withdrawn', 'expired', 'stopped', 'ended')),
  -- CAP 1.2 §3.2.2, as a message or the one who proposed it said.
  severity     TEXT CHECK (severity IN ('Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown')),
  areas        TEXT NOT NULL CHECK (json_valid(areas)),
  until        INTEGER NOT NULL,
  -- The one that ends when this begins.
  replaces     TEXT REFERENCES emergencies (id),
  proposed_by  TEXT NOT NULL REFERENCES users (id),
  proposed_at  INTEGER NOT NULL,
  confirmed_by TEXT REFERENCES users (id),
  confirmed_at INTEGER,
  started_at   INTEGER,
  ended_at     INTEGER,
  stopped_by   TEXT REFERENCES users (id),
  reason       TEXT,
  CHECK (confirmed_by <> proposed_by),
  CHECK (state <> 'active' OR (confirmed_by IS NOT NULL AND started_at IS NOT NULL))
) STRICT;
CREATE INDEX emergencies_open ON emergencies (state) WHERE state IN ('proposed', 'confirmed', 'active');

-- CAP 1.2 messages that were taken in; sender, identifier and sent together name one.
CREATE TABLE cap_messages (
  sender       TEXT NOT NULL,
  identifier   TEXT NOT NULL,
  sent         TEXT NOT NULL,
  digest       TEXT NOT NULL,
  emergency_id TEXT NOT NULL REFERENCES emergencies (id),
  received_at  INTEGER NOT NULL,
  PRIMARY KEY (sender, identifier, sent)
) STRICT, WITHOUT ROWID;

-- What was warned of already: a date with nothing approved, once for each of its warnings (days ahead).
CREATE TABLE empty_dates_told (
  schedule_id TEXT NOT NULL REFERENCES schedules (id),
  air_date    TEXT NOT NULL,
  due_at      INTEGER NOT NULL,
  told_at     INTEGER NOT NULL,
  PRIMARY KEY (schedule_id, air_date, due_at)
) STRICT, WITHOUT ROWID;

-- When the server's clock was set, or its process did not run.
CREATE TABLE clock_events (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  at    INTEGER NOT NULL,
  kind  TEXT NOT NULL CHECK (kind IN ('stepped-back', 'stepped-forward', 'slept')),
  by_ms INTEGER NOT NULL
) STRICT;

-- Calendars --------------------------------------------------------------------------------------------------------

-- What calendar programs were shown of each slot of a schedule. It outlives its broadcast: a date that is no longer planned
-- stays as a cancelled event, and a later change of it counts on (RFC 5545 §3.8.7.4).
CREATE TABLE calendar_events (
  id          INTEGER PRIMARY KEY,
  -- The schedule's id; of a broadcast without one its own.
  series_id   TEXT NOT NULL,
  local_date  TEXT NOT NULL,
  local_time  TEXT NOT NULL,
  start_at    INTEGER NOT NULL,
  ends_at     INTEGER,
  class       TEXT NOT NULL,
  programme   TEXT NOT NULL,
  title       TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('tentative', 'confirmed', 'cancelled')),
  -- Why it is not confirmed.
  reason      TEXT,
  sequence    INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  UNIQUE (series_id, local_date, local_time)
) STRICT;
CREATE INDEX calendar_events_by_start ON calendar_events (start_at);

-- Where it was ever announced; those that are not current any more see it cancelled.
CREATE TABLE calendar_event_areas (
  event_id    INTEGER NOT NULL REFERENCES calendar_events (id) ON DELETE CASCADE,
  region_code TEXT NOT NULL REFERENCES regions (code),
  is_current  INTEGER NOT NULL CHECK (is_current IN (0, 1)),
  PRIMARY KEY (region_code, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX calendar_event_areas_by_event ON calendar_event_areas (event_id, is_current, region_code);

-- Where an event is not heard although what encloses it hears it.
CREATE TABLE calendar_event_exclusions (
  event_id    INTEGER NOT NULL REFERENCES calendar_events (id) ON DELETE CASCADE,
  region_code TEXT NOT NULL REFERENCES regions (code),
  -- It was never announced there; otherwise it is cancelled there.
  from_start  INTEGER NOT NULL CHECK (from_start IN (0, 1)),
  PRIMARY KEY (event_id, region_code)
) STRICT, WITHOUT ROWID;

-- Links by which calendar programs read an area's calendar without signing in.
CREATE TABLE calendar_links (
  id           TEXT PRIMARY KEY,
  user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  region_code  TEXT NOT NULL REFERENCES regions (code),
  label        TEXT NOT NULL,
  -- SHA-256 of a token of 256 random bits, which is kept nowhere.
  token_hash   TEXT NOT NULL UNIQUE,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at   INTEGER
) STRICT;

-- Attendance -------------------------------------------------------------------------------------------------------

-- Who was at a lecture, and where. Without a time: nobody asks for it. Once erased, or kept for long enough, the row counts on
-- without the name.
CREATE TABLE check_ins (
  id           INTEGER PRIMARY KEY,
  broadcast_id TEXT NOT NULL REFERENCES broadcasts (id),
  region_code  TEXT NOT NULL REFERENCES regions (code),
  name         TEXT,
  branch       TEXT,
  CHECK ((name IS NULL) = (branch IS NULL))
) STRICT;
CREATE UNIQUE INDEX check_ins_by_person ON check_ins (name, branch, broadcast_id) WHERE name IS NOT NULL;
CREATE INDEX check_ins_by_site ON check_ins (broadcast_id, region_code);

-- What somebody counted in the room.
CREATE TABLE headcounts (
  broadcast_id TEXT NOT NULL REFERENCES broadcasts (id),
  region_code  TEXT NOT NULL REFERENCES regions (code),
  people       INTEGER NOT NULL CHECK (people >= 0),
  PRIMARY KEY (broadcast_id, region_code)
) STRICT, WITHOUT ROWID;

-- What somebody thought of a lecture. Nothing says who: no name, no time, no village, and rows that lie by a random id.
CREATE TABLE feedback (
  -- SHA-256 of what the page made up, so that sending it again is the same.
  id           TEXT PRIMARY KEY,
  broadcast_id TEXT NOT NULL REFERENCES broadcasts (id),
  town_code    TEXT NOT NULL REFERENCES regions (code),
  rating       INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  -- Taken out once kept for long enough.
  wish         TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX feedback_by_town ON feedback (broadcast_id, town_code, rating);

-- That somebody was erased: shows it to whoever knows the name, and the name to nobody.
CREATE TABLE erasures (
  id          TEXT PRIMARY KEY,
  -- HMAC-SHA-256 with a key of the server's.
  person_hash TEXT NOT NULL,
  check_ins   INTEGER NOT NULL,
  erased_by   TEXT NOT NULL REFERENCES users (id),
  erased_at   INTEGER NOT NULL
) STRICT;

-- Delivery ---------------------------------------------------------------------------------------------------------

-- The newest change per scope; a device's playlist revision is the highest of its scopes.
CREATE TABLE playlist_revisions (
  scope      TEXT PRIMARY KEY,
  revision   INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  fetch_by   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX playlist_revisions_by_revision ON playlist_revisions (revision);

CREATE TABLE commands (
  id           TEXT PRIMARY KEY,
  type         TEXT NOT NULL,
  broadcast_id TEXT REFERENCES broadcasts (id),
  payload      TEXT NOT NULL CHECK (json_valid(payload)),
  issued_at    INTEGER NOT NULL,
  not_after    INTEGER NOT NULL,
  -- A stop is repeated, for a while to all and then to whoever comes back, until every device it was meant for acknowledged it
  -- or it expired.
  repeat_until_acked INTEGER NOT NULL DEFAULT 0 CHECK (repeat_until_acked IN (0, 1)),
  settled_at   INTEGER
) STRICT;
CREATE INDEX commands_by_broadcast ON commands (broadcast_id) WHERE broadcast_id IS NOT NULL;
CREATE INDEX commands_unsettled ON commands (issued_at) WHERE repeat_until_acked = 1 AND settled_at IS NULL;

CREATE TABLE command_targets (
  command_id TEXT NOT NULL REFERENCES commands (id) ON DELETE CASCADE,
  device_id  TEXT NOT NULL REFERENCES devices (id),
  acked_at   INTEGER,
  PRIMARY KEY (command_id, device_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX command_targets_owed ON command_targets (device_id) WHERE acked_at IS NULL;

CREATE TABLE outbox (
  id           INTEGER PRIMARY KEY,
  topic        TEXT NOT NULL,
  payload      TEXT NOT NULL,
  -- The kind of signed message to make of the payload just before it is published; NULL publishes it as it is.
  sign_as      TEXT CHECK (sign_as IN ('command', 'alert')),
  retain       INTEGER NOT NULL CHECK (retain IN (0, 1)),
  -- What devices act on at once goes first.
  urgent       INTEGER NOT NULL CHECK (urgent IN (0, 1)),
  -- A message older than this is dropped, not sent late.
  not_after    INTEGER,
  created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_next ON outbox (urgent DESC, id);

-- Proof ------------------------------------------------------------------------------------------------------------

CREATE TABLE playback_records (
  device_id    TEXT NOT NULL REFERENCES devices (id),
  boot_id      TEXT NOT NULL,
  seq          INTEGER NOT NULL,
  -- By the server's time, as far as the device has measured its own against it.
  at           INTEGER NOT NULL,
  -- What the device took for the time when it wrote the record.
  claimed_at   INTEGER NOT NULL,
  type         TEXT NOT NULL,
  broadcast_id TEXT,
  command_id   TEXT,
  sha256       TEXT,
  position_ms  REAL,
  lateness_ms  REAL,
  grade        TEXT,
  reason       TEXT,
  -- It played without sound, as a silent drill asks.
  silent       INTEGER NOT NULL DEFAULT 0 CHECK (silent IN (0, 1)),
  received_at  INTEGER NOT NULL,
  PRIMARY KEY (device_id, boot_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX playback_records_by_broadcast ON playback_records (broadcast_id, device_id) WHERE broadcast_id IS NOT NULL;

-- The highest record number up to which nothing is missing, per boot of a device.
CREATE TABLE report_cursors (
  device_id TEXT NOT NULL REFERENCES devices (id),
  boot_id   TEXT NOT NULL,
  acked_seq INTEGER NOT NULL,
  PRIMARY KEY (device_id, boot_id)
) STRICT, WITHOUT ROWID;

-- What a device sent that fits no schema, or contradicts what is stored: kept, never dropped. A single record is told by
-- boot and number, and counts as received.
CREATE TABLE quarantined_reports (
  device_id TEXT NOT NULL,
  digest    TEXT NOT NULL,
  boot_id   TEXT,
  seq       INTEGER,
  payload   TEXT NOT NULL,
  problem   TEXT NOT NULL,
  times     INTEGER NOT NULL DEFAULT 1,
  first_at  INTEGER NOT NULL,
  last_at   INTEGER NOT NULL,
  PRIMARY KEY (device_id, digest)
) STRICT;
CREATE INDEX quarantined_records ON quarantined_reports (device_id, boot_id, seq) WHERE seq IS NOT NULL;

-- Audit ------------------------------------------------------------------------------------------------------------

-- Who did what, and who was refused what: a chain in which each entry's hash covers the one before (docs/audit.md).
CREATE TABLE audit_entries (
  seq        INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('person', 'device', 'stranger', 'machine', 'server')),
  actor_id   TEXT,
  actor_name TEXT,
  address    TEXT,
  request_id TEXT,
  act        TEXT NOT NULL,
  outcome    TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
  -- Of the HTTP answer; NULL where the entry was written before it, in the transaction of the act.
  status     INTEGER,
  reason     TEXT,
  objects    TEXT NOT NULL CHECK (json_valid(objects)),
  changes    TEXT NOT NULL CHECK (json_valid(changes)),
  prev_hash  TEXT NOT NULL CHECK (length(prev_hash) = 64),
  hash       TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
CREATE INDEX audit_entries_by_at ON audit_entries (at);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, seq);

-- Finds entries by what they are about: `episodes/<id>`, as the API's addresses name it.
CREATE TABLE audit_objects (
  object TEXT NOT NULL,
  seq    INTEGER NOT NULL REFERENCES audit_entries (seq),
  PRIMARY KEY (object, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_objects_by_seq ON audit_objects (seq);

-- Where the chain begins after old entries were removed: the last of those that were.
CREATE TABLE audit_anchors (
  seq       INTEGER PRIMARY KEY,
  hash      TEXT NOT NULL CHECK (length(hash) = 64),
  pruned_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER audit_entries_go_on BEFORE INSERT ON audit_entries
WHEN NEW.seq <> 1 + COALESCE(
    (SELECT MAX(seq) FROM audit_entries), (SELECT MAX(seq) FROM audit_anchors), 0)
  OR NEW.prev_hash <> COALESCE(
    (SELECT hash FROM audit_entries ORDER BY seq DESC LIMIT 1),
    (SELECT hash FROM audit_anchors ORDER BY seq DESC LIMIT 1),
    '0000000000000000000000000000000000000000000000000000000000000000')
BEGIN SELECT RAISE(ABORT, 'the audit log is a chain: an entry follows the last one'); END;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_entries_are_kept BEFORE DELETE ON audit_entries
WHEN OLD.seq > COALESCE((SELECT MAX(seq) FROM audit_anchors), 0)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_objects_stay BEFORE UPDATE ON audit_objects
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_objects_are_kept BEFORE DELETE ON audit_objects
WHEN OLD.seq > COALESCE((SELECT MAX(seq) FROM audit_anchors), 0)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- 180 days: 网络安全法 (Cybersecurity Law) article 21 (3), six months.
CREATE TRIGGER audit_anchors_are_old BEFORE INSERT ON audit_anchors
WHEN NOT EXISTS (
  SELECT 1 FROM audit_entries
  WHERE seq = NEW.seq AND hash = NEW.hash AND at <= NEW.pruned_at - 180 * 86400000)
BEGIN SELECT RAISE(ABORT, 'audit entries are kept for 180 days'); END;
CREATE TRIGGER audit_anchors_stay BEFORE UPDATE ON audit_anchors
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_anchors_are_kept BEFORE DELETE ON audit_anchors
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
