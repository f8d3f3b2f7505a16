import { type Static, type TObject, type TProperties, Type } from "typebox";
import { REGION_CODE_PATTERN, REGION_LEVELS } from "./region-code.ts";

/**
 * Every payload of protocol v1. Instants are UTC epoch milliseconds. These definitions validate on both sides and
 * generate the JSON Schemas and the AsyncAPI document in `devices/`.
 *
 * Objects stay open (no `additionalProperties: false`): a newer peer may add fields, an older one ignores them.
 */
export const object = <T extends TProperties>(properties: T) => Type.Object(properties);
const enumOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values] }));

export const EpochMs = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 });
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[A-Za-z0-9_-]+$" });
const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$" });
export const RegionCode = Type.String({ pattern: REGION_CODE_PATTERN });
const Revision = Type.Integer({ minimum: 0 });
const Volume = Type.Integer({ minimum: 0, maximum: 100, description: "Per cent of full scale" });
const Reason = Type.String({ maxLength: 500 });
const Text = Type.String({ maxLength: 500 });
const PolicyVersion = Type.String({
  maxLength: 64,
  description: "Of the policy: another one at each change",
});
const MaxKbps = Type.Integer({ minimum: 1, description: "Media is fetched no faster, kbit/s" });
const LocalTime = Type.String({ pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$" });
const LocalDate = Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });

export const DEVICE_KINDS = ["loudspeaker", "terminal"] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];
export const DeviceKind = enumOf(DEVICE_KINDS);

/** Lowest first: a higher class interrupts a lower one. */
export const BROADCAST_CLASSES = ["daily", "announcement", "drill", "emergency"] as const;
export type BroadcastClass = (typeof BROADCAST_CLASSES)[number];
export const BroadcastClass = enumOf(BROADCAST_CLASSES);

/** Highest first: within a class the higher level has the air. */
export const Authority = enumOf(REGION_LEVELS);

export const LATENESS_POLICIES = ["skip", "join", "play"] as const;
export type LatenessPolicy = (typeof LATENESS_POLICIES)[number];
export const LatenessPolicy = enumOf(LATENESS_POLICIES);

export const OFFLINE_POLICIES = ["play", "skip"] as const;
export type OfflinePolicy = (typeof OFFLINE_POLICIES)[number];
export const OfflinePolicy = enumOf(OFFLINE_POLICIES);

export const REPORT_TYPES = [
  "received",
  "cached",
  "started",
  "finished",
  "interrupted",
  "failed",
  "refused",
  "skipped",
] as const;
export type ReportType = (typeof REPORT_TYPES)[number];

/** Grades of proof, weakest first; never inferred upward. */
export const GRADES = ["delivered", "cached", "started", "finished", "sensed"] as const;
export type Grade = (typeof GRADES)[number];

/** The reasons that a device gives in `refused`, `skipped`, `failed` and `interrupted` records, and what each says. */
export const REASONS = {
  malformed: "it is no compact JWS, has another `typ`, asks for an extension, or its payload fits no schema",
  "bad-signature": "the signature is not of the key that `kid` names, or `alg` is not that key's",
  "unknown-key": "`kid` is not in the key set that the device trusts, after it has asked for newer ones",
  "not-yet-valid":
    "`issuedAt` is more than 5 s ahead; the same may be good later, so this is not kept as its result",
  expired: "`notAfter` has passed; not kept as its result while the clock is not trusted",
  "already-done": "it was obeyed or refused before, and its stored result is no more at hand",
  "wrong-audience": "the device is not in it",
  retained: "the broker had kept the command; not kept as its result",
  "quiet-hours": "a daily broadcast would begin in quiet hours",
  "minutes-cap": "a daily broadcast does not fit into the minutes that are left",
  "untrusted-clock": "the clock is more than 2 s unsure, so no instant can be kept",
  unsupported: "the device cannot do this: a type of command, a kind of media, what is spoken live",
  "not-cached": "its media were not there when it should have sounded",
  late: "it was too late by the lateness policy",
  offline: "the line was down, and its offline policy is `skip`",
  stopped: "a `stop` ended it or came before it, or the end of an alert",
  withdrawn: "a newer playlist lacks it",
  preempted: "something that takes the air from it has it",
  stalled:
    "nothing of what is spoken live or shown as a stream came for 10 s when it was due; or it came to its end, but not whole",
  silenced: "somebody at the device holds its stop button",
  restart: "the power went, or the program ended, while it sounded",
  "output-failed": "the sound could not be put out",
  "corrupt-media": "what is stored is not what its SHA-256 says",
} as const;
export type ReasonCode = keyof typeof REASONS;

const MediaUrl = Type.String({
  maxLength: 2000,
  description: "Absolute, or relative to the server's base URL",
});
export const Item = object({
  sha256: Sha256,
  url: MediaUrl,
  mime: Type.String({ maxLength: 100 }),
  bytes: Type.Integer({ minimum: 1 }),
  durationMs: Type.Integer({ minimum: 1 }),
  title: Text,
  stream: Type.Optional(
    Type.Object(
      { sha256: Sha256, url: MediaUrl },
      {
        description:
          "The same recording as HTTP Live Streaming (RFC 8216), for a device that lacks the file when it is due: the multivariant playlist",
      },
    ),
  ),
});
export type Item = Static<typeof Item>;

export const QuietHours = object({
  from: LocalTime,
  to: LocalTime,
  days: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { description: "ISO weekdays on which it begins" }),
  ),
  dates: Type.Optional(Type.Array(LocalDate, { description: "Dates on which it begins" })),
});
export type QuietHours = Static<typeof QuietHours>;

export const Policy = object({
  zone: Type.String({ maxLength: 64, description: "IANA time zone of the quiet hours" }),
  quietHours: Type.Array(QuietHours),
  maxVolume: Volume,
  dailyMinutesCap: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1440, description: "Of the daily class, on one date of the zone" }),
  ),
  weeklyMinutesCap: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 10_080, description: "The same, from Monday to Sunday" }),
  ),
});
export type Policy = Static<typeof Policy>;

/** What the server wants of the device itself: the desired half of its twin. Policy and rate cap are beside it. */
export const Desired = object({
  version: Type.Integer({ minimum: 0, description: "Another one at each change; said back in the state" }),
  volume: Type.Optional(Volume),
  groups: Type.Array(Id, { description: "Whose topics the device takes up, besides its own and its areas'" }),
  policyVersion: PolicyVersion,
  software: Type.Optional(
    object({
      channel: Id,
      version: Type.String({ maxLength: 100, description: "What `presence.software` would be" }),
    }),
  ),
});
export type Desired = Static<typeof Desired>;

const Silent = Type.Optional(
  Type.Boolean({ description: "A drill: do everything, sound nothing, and take the air from nobody" }),
);

/** Somebody speaks: there are no items, but parts that the live index tells of while they are made. */
const Live = object({
  longestMs: Type.Integer({
    minimum: 1,
    description: "It is over so long after `startAt`, whatever is told",
  }),
});

/** How and when something airs: the same in a playlist and in a `play` command. */
export const airing = {
  startAt: EpochMs,
  notAfter: EpochMs,
  priority: Type.Integer({ minimum: 0, maximum: 100 }),
  lateness: LatenessPolicy,
  offline: OfflinePolicy,
  volume: Type.Optional(Volume),
  silent: Silent,
  programme: Text,
  title: Text,
};

/** With items, or live and without any; in code one type, of which `live` says which it is. */
const airingOf = <P extends TProperties>(more: P) => {
  const either = { items: Type.Array(Item), live: Type.Optional(Live) };
  const recorded = object({ ...more, ...airing, items: Type.Array(Item, { minItems: 1 }) });
  const spoken = object({ ...more, ...airing, items: Type.Array(Item, { maxItems: 0 }), live: Live });
  type Either = Static<TObject<P & typeof airing & typeof either>>;
  return Type.Unsafe<Either>(Type.Union([recorded, spoken]));
};

export const PlaylistBroadcast = airingOf({
  id: Id,
  class: BroadcastClass,
  authority: Authority,
  checkIn: Type.Optional(
    Type.String({
      maxLength: 2000,
      description:
        "Of a lecture, to a terminal: the page on which the people before it check in, to be shown as a code",
    }),
  ),
});
export type PlaylistBroadcast = Static<typeof PlaylistBroadcast>;

export const Playlist = object({
  version: Type.Literal(1),
  deviceId: Id,
  generatedAt: EpochMs,
  validUntil: EpochMs,
  revision: Revision,
  keySerial: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: "Of the newest key set; a device that holds an older one asks for it",
    }),
  ),
  policy: Policy,
  desired: Type.Optional(Desired),
  fetch: object({
    slotOffsetMs: Type.Integer({ minimum: 0 }),
    deadline: EpochMs,
    maxKbps: Type.Optional(MaxKbps),
  }),
  broadcasts: Type.Array(PlaylistBroadcast),
});
export type Playlist = Static<typeof Playlist>;

export const PlaylistPointer = object({ revision: Revision, fetchBy: EpochMs });
export type PlaylistPointer = Static<typeof PlaylistPointer>;

export const Audience = object({
  areas: Type.Optional(Type.Array(RegionCode)),
  groups: Type.Optional(Type.Array(Id)),
  devices: Type.Optional(Type.Array(Id)),
  kinds: Type.Optional(Type.Array(DeviceKind)),
});
export type Audience = Static<typeof Audience>;

export const PlayBody = airingOf({ broadcastId: Id });
export type PlayBody = Static<typeof PlayBody>;

export const StopBody = Type.Union([
  object({ broadcastId: Id }),
  object({
    all: Type.Literal(true),
    startBefore: Type.Optional(
      Type.Integer({ description: "Also withdraws what has not begun and would start before this instant" }),
    ),
  }),
]);
export type StopBody = Static<typeof StopBody>;

const commandBodies = {
  play: PlayBody,
  stop: StopBody,
  refresh: object({ fetchBy: EpochMs }),
  volume: object({ volume: Volume }),
  "test-tone": object({ durationMs: Type.Integer({ minimum: 100, maximum: 30_000 }), volume: Volume }),
  identify: object({}),
  reboot: object({}),
} as const;
export type CommandType = keyof typeof commandBodies;

const commandOf = <T extends CommandType>(type: T) =>
  object({
    id: Id,
    type: Type.Literal(type),
    issuedAt: EpochMs,
    notAfter: EpochMs,
    audience: Audience,
    class: BroadcastClass,
    authority: Authority,
    body: commandBodies[type],
  });

export const Command = Type.Union([
  commandOf("play"),
  commandOf("stop"),
  commandOf("refresh"),
  commandOf("volume"),
  commandOf("test-tone"),
  commandOf("identify"),
  commandOf("reboot"),
]);
export type Command = Static<typeof Command>;
export type CommandOf<T extends CommandType> = Extract<Command, { type: T }>;

export const Alert = object({
  id: Id,
  rev: Revision,
  issuedAt: Type.Integer({ ...EpochMs, description: "When it was raised; the same in each repetition" }),
  from: EpochMs,
  until: Type.Integer({ ...EpochMs, description: "The items are played over and over until then" }),
  /** An emergency when left out. */
  class: Type.Optional(BroadcastClass),
  authority: Authority,
  silent: Silent,
  programme: Text,
  title: Text,
  text: Type.Optional(
    Type.String({ maxLength: 5000, description: "What the items say, for a device with a screen to show" }),
  ),
  items: Type.Array(Item, { minItems: 1 }),
});
export type Alert = Static<typeof Alert>;

export const Presence = object({
  online: Type.Boolean(),
  bootId: Id,
  at: EpochMs,
  software: Type.String({ maxLength: 100 }),
});
export type Presence = Static<typeof Presence>;

export const DeviceState = object({
  revision: Revision,
  cached: object({ ready: Type.Integer({ minimum: 0 }), total: Type.Integer({ minimum: 0 }) }),
  volume: Volume,
  desiredVersion: Type.Optional(
    Type.Integer({ minimum: 0, description: "Of the desired half that the device holds and follows" }),
  ),
  policyVersion: Type.Optional(PolicyVersion),
  groups: Type.Optional(Type.Array(Id, { maxItems: 50, description: "Whose topics it has taken up" })),
  maxKbps: Type.Optional(MaxKbps),
  clock: object({ offsetMs: Type.Number(), trusted: Type.Boolean() }),
  freeBytes: Type.Integer({ minimum: 0 }),
  faults: Type.Array(Type.String({ maxLength: 500 }), { maxItems: 50 }),
});
export type DeviceState = Static<typeof DeviceState>;

export const PlaybackRecord = object({
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  at: EpochMs,
  upMs: Type.Optional(
    Type.Number({
      minimum: 0,
      description: "The same instant, counted from the begin of the boot by time that nobody sets",
    }),
  ),
  type: enumOf(REPORT_TYPES),
  broadcastId: Type.Optional(Id),
  commandId: Type.Optional(Id),
  sha256: Type.Optional(Sha256),
  positionMs: Type.Optional(Type.Number({ minimum: 0 })),
  latenessMs: Type.Optional(Type.Number({ description: "Actual minus appointed start; negative is early" })),
  grade: Type.Optional(enumOf(GRADES)),
  reason: Type.Optional(Reason),
  silent: Type.Optional(Type.Boolean({ description: "Played without sound, as a silent drill asks" })),
});
export type PlaybackRecord = Static<typeof PlaybackRecord>;

/** Records of one boot, in order; at most this many a message. */
export const MAX_RECORDS_PER_REPORT = 500;
export const Report = object({
  bootId: Id,
  bootedAt: Type.Optional(
    Type.Integer({
      ...EpochMs,
      description: "When the boot began, as far as the clock has been compared since; left out before that",
    }),
  ),
  records: Type.Array(PlaybackRecord, { minItems: 1, maxItems: MAX_RECORDS_PER_REPORT }),
});
export type Report = Static<typeof Report>;

export const Ack = object({
  bootId: Id,
  ackedSeq: Type.Integer({ minimum: 0, description: "Every record up to and including this one is stored" }),
});
export type Ack = Static<typeof Ack>;
