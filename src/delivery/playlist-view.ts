import { Type } from "typebox";
import { Instant, nullable } from "../http/schemas.ts";
import { Authority, airing, BroadcastClass } from "../protocol/messages.ts";

const { startAt: _startAt, notAfter: _notAfter, ...how } = airing;

/** A device's playlist, for people. */
export const PlaylistAnswer = Type.Object({
  revision: Type.Integer(),
  generatedAt: Instant,
  validUntil: Instant,
  broadcasts: Type.Array(
    Type.Object({
      ...how,
      id: Type.String(),
      class: BroadcastClass,
      authority: Authority,
      startAt: Instant,
      notAfter: Instant,
      items: Type.Array(
        Type.Object({
          sha256: Type.String(),
          mime: Type.String(),
          bytes: Type.Integer(),
          durationMs: Type.Integer(),
          title: Type.String(),
          stream: nullable(
            Type.String({ description: "SHA-256 of what it may be shown as while the file is not there" }),
          ),
        }),
      ),
    }),
  ),
});
