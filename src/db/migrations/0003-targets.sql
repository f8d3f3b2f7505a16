-- Devices by what they are called, so that a schedule can be for some of a region's: JSON arrays of text.
ALTER TABLE devices ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));
ALTER TABLE devices ADD COLUMN group_ids TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(group_ids));

ALTER TABLE broadcasts ADD COLUMN excluded_areas TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(excluded_areas));
ALTER TABLE broadcasts ADD COLUMN group_ids TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(group_ids));
ALTER TABLE broadcasts ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));

-- Where an event is not heard although what encloses it hears it.
CREATE TABLE calendar_event_exclusions (
  event_id    INTEGER NOT NULL REFERENCES calendar_events (id) ON DELETE CASCADE,
  region_code TEXT NOT NULL REFERENCES regions (code),
  -- It was never announced there; otherwise it is cancelled there.
  from_start  INTEGER NOT NULL CHECK (from_start IN (0, 1)),
  PRIMARY KEY (event_id, region_code)
) STRICT, WITHOUT ROWID;
