import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { toIso } from "../clock.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { SAMPLE_COUNTY } from "./sample-content.ts";
import type { SampleService } from "./sample-service.ts";
import { SampleView } from "./sample-view.ts";

/** Mounted under the API's prefix, inside the sign-in guard. */
export async function sampleRoutes(instance: FastifyInstance, { sample }: { sample: SampleService }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["operation"];

  function view() {
    const { sample: there, hindrance } = sample.get();
    if (there === null) return { sample: null, hindrance };
    const { code, name } = SAMPLE_COUNTY;
    return { sample: { madeAt: toIso(there.madeAt), regionCode: code, name }, hindrance };
  }

  app.get(
    "/sample",
    {
      config: { act: "sample:read" },
      schema: {
        tags,
        summary: "Whether there is sample data, and why none can be made",
        response: { 200: SampleView },
      },
    },
    view,
  );

  app.post(
    "/sample",
    {
      config: { act: "sample:manage" },
      schema: {
        tags,
        summary: "Fill an empty county with sample data",
        description:
          "Regions, devices that cannot enrol, programmes with content that nobody has approved, and a schedule: all of it, or " +
          "nothing. 409 `county-has-begun` when there are devices or content. While it is there no device is added or enrolled.",
        response: { 201: SampleView },
      },
    },
    async (request, reply) => {
      await sample.make(requireUser(request).id);
      return reply.code(201).send(view());
    },
  );

  app.delete(
    "/sample",
    {
      config: { act: "sample:manage" },
      schema: {
        tags,
        summary: "Remove the sample data, with everything that was made for it",
        description:
          "409 `sample-in-use` names what holds it. Its media become garbage; the audit log stays.",
        response: { 200: SampleView },
      },
    },
    async () => {
      sample.remove();
      return view();
    },
  );
}
