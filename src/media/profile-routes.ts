import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { ProfileView, viewProfile } from "./profile-view.ts";
import type { Profile } from "./profiles.ts";

/** `/media-profiles`; mounted under the API's prefix, inside the sign-in guard. */
export async function profileRoutes(
  instance: FastifyInstance,
  { profiles }: { profiles: readonly Profile[] },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/media-profiles",
    {
      config: { act: "content:read" },
      schema: {
        tags: ["media"],
        summary: "What is made of every recording, for which devices, and how it sounds and looks",
        response: { 200: Type.Object({ items: Type.Array(ProfileView) }) },
      },
    },
    async () => ({ items: profiles.map(viewProfile) }),
  );
}
