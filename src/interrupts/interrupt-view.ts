import { type Static, Type } from "typebox";
import { BroadcastView, viewBroadcast } from "../broadcasts/broadcast-view.ts";
import { toIso } from "../clock.ts";
import { closed, enumOf, Instant, nullable, Title, Uuid } from "../http/schemas.ts";
import type { MediaService } from "../media/media-service.ts";
import { RenditionView, viewRenditions } from "../media/recording.ts";
import { ScheduleDefinition } from "../schedules/schedule.ts";
import type { Announcement } from "./announcement-service.ts";
import type { Interrupt } from "./interrupt-store.ts";

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
export const SourceAtHand = Type.Union([SpokenSource, KnownSource]);

export const NewAnnouncementBody = closed({
  title: Title,
  class: enumOf(["announcement", "drill"]),
  source: Type.Union([SpokenSource, KnownSource, SentSource]),
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
  people: Type.Object({ created: Type.String() }, { description: "Who did it, by name" }),
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
  { interrupt, broadcast }: Announcement,
): Static<typeof AnnouncementView> => ({
  ...viewInterrupt(media, interrupt),
  class: interrupt.class,
  repeat: interrupt.repeats,
  corrects: interrupt.corrects,
  people: { created: interrupt.createdByName },
  broadcast: viewBroadcast(broadcast),
});
