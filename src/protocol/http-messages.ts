import { type Static, Type } from "typebox";
import { KeySet } from "./key-set.ts";
import { DeviceKind, Id, object, RegionCode } from "./messages.ts";

/** What a device and the server say to each other over HTTP, apart from the playlist. */

export const EnrolRequest = object({
  code: Type.String({ minLength: 1, maxLength: 64 }),
  hardwareId: Type.String({ minLength: 1, maxLength: 128 }),
  kind: DeviceKind,
  model: Type.String({ maxLength: 100 }),
  software: Type.String({ maxLength: 100 }),
});
export type EnrolRequest = Static<typeof EnrolRequest>;

export const EnrolResponse = object({
  deviceId: Id,
  token: Type.String({ description: "Bearer token for HTTP, shown once" }),
  mqtt: object({
    url: Type.String(),
    alternatives: Type.Optional(
      Type.Array(Type.String(), {
        description: "The other nodes of the same cluster, to be tried when this one cannot be reached",
      }),
    ),
    webSockets: Type.Optional(
      Type.Array(Type.String(), {
        description: "The same over WebSocket, for a device that is a page in a browser",
      }),
    ),
    username: Type.String(),
    password: Type.String({ description: "Shown once" }),
  }),
  areas: Type.Array(RegionCode, { description: "Nearest first" }),
  keys: KeySet,
});
export type EnrolResponse = Static<typeof EnrolResponse>;

export const TimeResponse = object({
  t1: Type.Number({ description: "Echo of the caller's send instant" }),
  t2: Type.Number({ description: "Server's receive instant" }),
  t3: Type.Number({ description: "Server's send instant" }),
});
export type TimeResponse = Static<typeof TimeResponse>;
