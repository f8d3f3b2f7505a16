import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { Instant, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import type { CalendarLink } from "./calendar-link-store.ts";

export const LinkView = Type.Object({
  id: Uuid,
  regionCode: RegionCode,
  label: Type.String(),
  createdBy: Type.String(),
  createdAt: Instant,
  lastUsedAt: nullable(Instant),
});

export const NewLinkView = Type.Object({
  ...LinkView.properties,
  url: Type.String({ description: "Whoever has it reads the calendar; kept nowhere" }),
});

export const viewLink = (link: CalendarLink): Static<typeof LinkView> => ({
  ...link,
  createdAt: toIso(link.createdAt),
  lastUsedAt: link.lastUsedAt === null ? null : toIso(link.lastUsedAt),
});
