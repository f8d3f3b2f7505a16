import { Type } from "typebox";
import { Instant } from "../http/schemas.ts";

/** What `/software-channels` is told and answers with. */

export const ChannelId = Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,63}$", examples: ["stable"] });
export const Software = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: "\\S",
  description: "As devices name it themselves in `presence.software`",
  examples: ["cuncunxiang-gateway/0.1"],
});
const channel = { id: ChannelId, software: Software, changedAt: Instant, changedBy: Type.String() };
export const ChannelAnswer = Type.Object(channel);
export const ChannelsAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      ...channel,
      devices: Type.Integer({ description: "Enrolled, in the own area" }),
      lagging: Type.Integer({ description: "Those of them that say that they run something else" }),
    }),
  ),
});
