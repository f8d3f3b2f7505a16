import { type Static, Type } from "typebox";
import { BroadcastView, viewBroadcast } from "../broadcasts/broadcast-view.ts";
import { toIso } from "../clock.ts";
import { enumOf, Instant, LocalTime, nullable, RegionCode } from "../http/schemas.ts";
import { DeviceKind } from "../protocol/messages.ts";
import type { InterruptPreview } from "./interrupt-preview.ts";
import { VERDICTS } from "./verdict.ts";

const Count = Type.Integer({ minimum: 0 });
const Fates = Type.Array(Type.Object({ code: enumOf(VERDICTS), devices: Count }));

export const InterruptPreviewView = Type.Object({
  startAt: Instant,
  endsAt: Instant,
  devices: Type.Object({
    total: Type.Integer({ description: "Enrolled, and meant by it" }),
    online: Type.Integer({ description: "Connected now" }),
    byKind: Type.Array(Type.Object({ kind: DeviceKind, devices: Count })),
    leftOut: Type.Integer({
      description:
        "Enrolled in the same areas, and not meant by it: of another kind, excluded, or without its groups and tags",
    }),
  }),
  areas: Type.Array(Type.Object({ code: RegionCode, name: Type.String(), devices: Count })),
  secondPersonFor: nullable(
    Type.Object(
      { from: LocalTime, to: LocalTime },
      {
        description:
          "The quiet hours of a whole county that it may fall into, alone or with what else oneself has set to be heard then: another person has to confirm it",
      },
    ),
  ),
  own: Type.Array(Fates.items, {
    description:
      "On how many devices it waits, is interrupted or loses the air; on the others it begins at its start",
  }),
  meets: Type.Array(
    Type.Object({
      broadcast: BroadcastView,
      devices: Type.Integer({ description: "That both are for" }),
      fates: Fates,
    }),
    {
      description:
        "What is ready for the same devices at that time, and on how many it is interrupted, waits or is lost",
    },
  ),
});

export const viewInterruptPreview = ({
  meets,
  ...preview
}: InterruptPreview): Static<typeof InterruptPreviewView> => ({
  ...preview,
  startAt: toIso(preview.startAt),
  endsAt: toIso(preview.endsAt),
  meets: meets.map(({ airing, ...meeting }) => ({ ...meeting, broadcast: viewBroadcast(airing.broadcast) })),
});
