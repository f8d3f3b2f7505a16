import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { DAY_MS } from "../clock.ts";
import type { ActsWithin } from "../http/permission-guard.ts";
import { closed, enumOf, Instant, Title } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { instantIn } from "../interrupts/instant-in.ts";
import { ScheduleDefinition } from "../schedules/schedule.ts";
import type { PreviewInterrupt } from "./interrupt-preview.ts";
import { InterruptPreviewView, viewInterruptPreview } from "./interrupt-preview-view.ts";

const IntendedBody = closed({
  class: enumOf(["announcement", "drill", "emergency"]),
  title: Title,
  targets: ScheduleDefinition.properties.targets,
  startAt: Type.Optional(Type.String({ ...Instant, description: "Left out: now" })),
  notAfter: Type.Optional(
    Type.String({
      ...Instant,
      description: "Left out: half an hour after its start; what is spoken live begins within two minutes",
    }),
  ),
  durationMs: Type.Integer({ minimum: 0, maximum: DAY_MS, description: "How long it is on air" }),
  silent: Type.Boolean({ default: false }),
  standing: Type.Boolean({
    default: false,
    description: "An emergency, or the drill of one: repeated for as long as it lasts",
  }),
  live: Type.Boolean({
    default: false,
    description: "Spoken live: over after `durationMs`, however late a device joins it",
  }),
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
    async (request) => {
      const { targets, startAt, notAfter, standing, live, ...rest } = request.body;
      const { regions, kinds, exclude = [], groups = [], tags = [] } = targets;
      return viewInterruptPreview(
        previewInterrupt({
          ...rest,
          userId: requireUser(request).id,
          isStanding: standing,
          isLive: live,
          startAt: instantIn("/startAt", startAt),
          notAfter: instantIn("/notAfter", notAfter),
          targets: { areas: regions, kinds, exclude, groups, tags },
        }),
      );
    },
  );
}
