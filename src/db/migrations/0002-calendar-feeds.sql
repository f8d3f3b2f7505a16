-- What calendar programs were shown of each slot of a schedule. It outlives its broadcast: a date that is no longer planned
-- stays as a cancelled event, and a later change of it counts on (RFC 5545 §3.8.7.4).
CREATE TABLE calendar_events (
  id          INTEGER PRIMARY KEY,
  schedule_id TEXT NOT NULL REFERENCES schedules (id),
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
  UNIQUE (schedule_id, local_date, local_time)
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

INSERT INTO calendar_events (schedule_id, local_date, local_time, start_at, ends_at, class, programme, title, status, reason,
  created_at, modified_at)
SELECT schedule_id, local_date, local_time, start_at, ends_at, class, programme, title,
  CASE WHEN state = 'planned' THEN 'tentative' WHEN state IN ('cancelled', 'missed') THEN 'cancelled' ELSE 'confirmed' END,
  CASE WHEN state IN ('planned', 'cancelled', 'missed') THEN reason END, updated_at, updated_at
FROM broadcasts;
INSERT INTO calendar_event_areas (event_id, region_code, is_current)
SELECT e.id, a.region_code, 1 FROM calendar_events e
JOIN broadcasts b USING (schedule_id, local_date, local_time) JOIN broadcast_areas a ON a.broadcast_id = b.id;

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
