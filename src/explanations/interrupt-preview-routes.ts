import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { BroadcastView, viewBroadcast } from "../broadcasts/broadcast-view.ts";
import { DAY_MS, toIso } from "../clock.ts";
import type { ActsWithin } from "../http/permission-guard.ts";
import { closed, enumOf, Instant, RegionCode, Title } from "../http/schemas.ts";
import { instantIn } from "../interrupts/instant-in.ts";
import { DeviceKind } from "../protocol/messages.ts";
import { ScheduleDefinition } from "../schedules/schedule.ts";
import type { InterruptPreview, PreviewInterrupt } from "./interrupt-preview.ts";
import { VERDICTS } from "./verdict.ts";

const Count = Type.Integer({ minimum: 0 });

const IntendedBody = closed({
  class: enumOf(["announcement", "drill", "emergency"]),
  title: Title,
  targets: ScheduleDefinition.properties.targets,
  startAt: Type.Optional(Type.String({ ...Instant, description: "Left out: now" })),
  durationMs: Type.Integer({ minimum: 0, maximum: DAY_MS, description: "How long it is on air" }),
  silent: Type.Boolean({ default: false }),
  standing: Type.Boolean({
    default: false,
    description: "An emergency, or the drill of one: repeated for as long as it lasts",
  }),
});

const Fates = Type.Array(Type.Object({ code: enumOf(VERDICTS), devices: Count }));

const InterruptPreviewView = Type.Object({
  startAt: Instant,
  endsAt: Instant,
  devices: Type.Object({
    total: Type.Integer({ description: "Enrolled, and meant by it" }),
    online: Type.Integer({ description: "Connected now" }),
    byKind: Type.Array(Type.Object({ kind: DeviceKind, devices: Count })),
  }),
  areas: Type.Array(Type.Object({ code: RegionCode, name: Type.String(), devices: Count })),
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

const within: ActsWithin = ({ body }) => (body as Static<typeof IntendedBody>).targets.regions;

/** Mounted under the API's prefix, inside the sign-in guard. */
export async function interruptPreviewRoutes(
  instance: FastifyInstance,
  { previewInterrupt }: { previewInterrupt: PreviewInterrupt },
) {
  instance.withTypeProvider<TypeBoxTypeProvider>().post(
    "/interrupts/preview",
    {
      config: { act: "interrupts:preview", within },
      schema: {
        tags: ["interrupts"],
        summary: "Who would hear an announcement, a drill or an emergency, and what it would meet on the air",
        description: "Decided as devices decide it. Nothing is written, spoken or sent.",
        body: IntendedBody,
        response: { 200: InterruptPreviewView },
      },
    },
    async ({ body: { targets, startAt, standing, ...rest } }) => {
      const { regions, kinds, exclude = [], groups = [], tags = [] } = targets;
      return view(
        previewInterrupt({
          ...rest,
          isStanding: standing,
          startAt: instantIn("/startAt", startAt),
          targets: { areas: regions, kinds, exclude, groups, tags },
        }),
      );
    },
  );
}

const view = ({ meets, ...preview }: InterruptPreview): Static<typeof InterruptPreviewView> => ({
  ...preview,
  startAt: toIso(preview.startAt),
  endsAt: toIso(preview.endsAt),
  meets: meets.map(({ airing, ...meeting }) => ({ ...meeting, broadcast: viewBroadcast(airing.broadcast) })),
});
