import { type Static, Type } from "typebox";
import { BroadcastView, viewBroadcast } from "../broadcasts/broadcast-view.ts";
import { MINUTE_MS, toIso } from "../clock.ts";
import { closed, enumOf, Instant, LocalTime, nullable, Title, Uuid } from "../http/schemas.ts";
import type { MediaService } from "../media/media-service.ts";
import { RenditionView, viewRenditions } from "../media/recording.ts";
import { ScheduleDefinition } from "../schedules/schedule.ts";
import type { Announcement } from "./announcement.ts";
import type { Interrupt } from "./interrupt-store.ts";
import { ENDED_BY } from "./live/live-store.ts";

const MAX_CHARACTERS = 5_000;
const SpokenText = Type.String({ minLength: 1, maxLength: MAX_CHARACTERS, pattern: "\\S" });

const SpokenSource = closed({ text: SpokenText }, { description: "Spoken by the server's voice" });
const KnownSource = closed(
  { assetSha256: Type.String({ pattern: "^[0-9a-f]{64}$" }) },
  { description: "A recording that is there, such as the preview that POST /speech has spoken" },
);
const SentSource = closed(
  { upload: Type.Literal(true) },
  {
    description:
      "Sent afterwards: PUT /announcements/{id}/recording, or the upload target announcements/{id}",
  },
);
const MAX_LIVE_MINUTES = 30;
const LiveSource = closed(
  {
    live: closed({
      longestMinutes: Type.Integer({ minimum: 1, maximum: MAX_LIVE_MINUTES, default: 5 }),
    }),
  },
  {
    description:
      "Spoken into a microphone while it is heard: PUT /live/{id}/chunks/{n}, begun within two minutes, for at most so long",
  },
);
export const SourceAtHand = Type.Union([SpokenSource, KnownSource]);

export const NewAnnouncementBody = closed({
  title: Title,
  class: enumOf(["announcement", "drill"]),
  source: Type.Union([SpokenSource, KnownSource, SentSource, LiveSource]),
  targets: ScheduleDefinition.properties.targets,
  startAt: Type.Optional(Type.String({ ...Instant, description: "Left out: as soon as it can be heard" })),
  notAfter: Type.Optional(
    Type.String({
      ...Instant,
      description: "It begins no later; half an hour after its start when left out",
    }),
  ),
  volume: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, description: "Per cent" })),
  repeat: Type.Integer({
    minimum: 1,
    maximum: 10,
    default: 1,
    description: "How often it is heard, one after the other",
  }),
  silent: Type.Boolean({
    default: false,
    description: "Drills only: devices fetch, check, decode and report it, and sound nothing",
  }),
});

export const CorrectionBody = Type.Optional(
  closed({
    source: Type.Optional(
      Type.Union([SpokenSource, KnownSource], { description: "Instead of the ready text" }),
    ),
  }),
);
export const CorrectionView = Type.Object({
  title: Type.String(),
  text: Type.String({ description: "To be edited, and sent back as the source" }),
  targets: BroadcastView.properties.targets,
});

const interruptFields = {
  id: Uuid,
  title: Type.String(),
  text: nullable(Type.String({ description: "What is spoken; none for a recording" })),
  assetSha256: nullable(Type.String()),
  silent: Type.Boolean(),
  createdBy: Uuid,
  createdAt: Instant,
  renditions: Type.Array(RenditionView),
};

export const InterruptView = Type.Object(interruptFields);
export const AnnouncementView = Type.Object({
  ...interruptFields,
  class: enumOf(["announcement", "drill", "emergency"]),
  repeat: Type.Integer(),
  corrects: nullable(Type.String({ ...Uuid, description: "The broadcast that it puts right" })),
  live: nullable(
    Type.Object({
      longestMinutes: Type.Integer(),
      beganAt: nullable(Instant),
      endedAt: nullable(Instant),
      endedBy: nullable(
        enumOf(ENDED_BY, {
          description:
            "The speaker; the speaker's link, silent for ten seconds; its longest duration; a stop; an end or a fault of the server",
        }),
      ),
      delayMs: nullable(
        Type.Integer({
          description: "How far what is heard lies behind the speaker; none before it is sent",
        }),
      ),
    }),
  ),
  confirmation: nullable(
    Type.Object(
      {
        quietHours: Type.Object({ from: LocalTime, to: LocalTime }),
        askedBy: Type.String({ ...Uuid, description: "Who made it, or gave it its recording" }),
        by: Type.Array(Uuid, {
          description: "Who asked for it, and who sent or spoke what is heard: none of them confirms it",
        }),
        confirmBy: Type.String({ ...Instant, description: "What nobody confirms by then is not aired" }),
        confirmedBy: nullable(Uuid),
        confirmedAt: nullable(Instant),
      },
      {
        description:
          "A whole county would hear it inside its quiet hours: it waits for a second person. None where it takes none.",
      },
    ),
  ),
  people: Type.Object(
    { created: Type.String(), confirmed: nullable(Type.String()) },
    { description: "Who did it, by name" },
  ),
  broadcast: BroadcastView,
});

export const viewInterrupt = (media: MediaService, interrupt: Interrupt): Static<typeof InterruptView> => ({
  id: interrupt.id,
  title: interrupt.title,
  text: interrupt.text,
  assetSha256: interrupt.assetSha256,
  silent: interrupt.silent,
  createdBy: interrupt.createdBy,
  createdAt: toIso(interrupt.createdAt),
  renditions: interrupt.compositionId === null ? [] : viewRenditions(media, interrupt.compositionId),
});

export const viewAnnouncement = (
  media: MediaService,
  announcement: Announcement,
): Static<typeof AnnouncementView> => ({
  ...viewInterrupt(media, announcement.interrupt),
  class: announcement.interrupt.class,
  repeat: announcement.interrupt.repeats,
  corrects: announcement.interrupt.corrects,
  live: viewLive(announcement),
  confirmation: viewConfirmation(announcement),
  people: {
    created: announcement.interrupt.createdByName,
    confirmed: announcement.confirmation?.confirmedByName ?? null,
  },
  broadcast: viewBroadcast(announcement.broadcast),
});

function viewConfirmation({
  confirmation,
  broadcast,
}: Announcement): Static<typeof AnnouncementView>["confirmation"] {
  if (confirmation === null) return null;
  const { quietFrom, quietTo, askedBy, by, confirmedBy, confirmedAt } = confirmation;
  return {
    quietHours: { from: quietFrom, to: quietTo },
    askedBy,
    by,
    confirmBy: toIso(broadcast.notAfter),
    confirmedBy,
    confirmedAt: confirmedAt === null ? null : toIso(confirmedAt),
  };
}

function viewLive({ interrupt, broadcast, voice }: Announcement): Static<typeof AnnouncementView>["live"] {
  if (interrupt.longestMs === null) return null;
  const instant = (at: number | null | undefined) => (at ? toIso(at) : null);
  const isSent = voice !== null && broadcast.state !== "planned" && broadcast.startAt > voice.beganAt;
  return {
    longestMinutes: interrupt.longestMs / MINUTE_MS,
    beganAt: instant(voice?.beganAt),
    endedAt: instant(voice?.endedAt),
    endedBy: voice?.endedBy ?? null,
    delayMs: isSent ? broadcast.startAt - voice.beganAt : null,
  };
}
