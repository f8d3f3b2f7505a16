import type { Audience, DeviceKind } from "./messages.ts";

/** What a device is, for the question whether a command is meant for it. */
export interface AudienceMember {
  deviceId: string;
  kind: DeviceKind;
  areas: readonly string[];
  groups: readonly string[];
}

/**
 * A command is for the devices that any of its scopes names, narrowed to `kinds` when given. An audience that names no
 * scope reaches nobody: silence is the safe reading of an empty address.
 */
export function audienceIncludes(audience: Audience, member: AudienceMember): boolean {
  const named =
    (audience.devices ?? []).includes(member.deviceId) ||
    (audience.areas ?? []).some((area) => member.areas.includes(area)) ||
    (audience.groups ?? []).some((group) => member.groups.includes(group));
  return named && (!audience.kinds || audience.kinds.includes(member.kind));
}
