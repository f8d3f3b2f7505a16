import type { Audience, Command } from "../protocol/messages.ts";
import { commandTopic, type Scope } from "../protocol/topics.ts";

/** To each scope with that scope alone as its audience: a list of a thousand villages would travel a thousand times. */
export function copiesOf(command: Command): { topic: string; copy: Command }[] {
  const { kinds } = command.audience;
  return scopesOf(command.audience).map((scope) => {
    const audience: Audience = { [`${scope.kind}s`]: [scope.id], ...(kinds ? { kinds } : {}) };
    return { topic: commandTopic(scope), copy: { ...command, audience } };
  });
}

/** Of devices that are addressed one by one, those that have it already need no other copy. */
export function withoutDevices(command: Command, acked: ReadonlySet<string>): Command {
  const { devices } = command.audience;
  if (!devices) return command;
  return { ...command, audience: { ...command.audience, devices: devices.filter((id) => !acked.has(id)) } };
}

function scopesOf({ areas = [], groups = [], devices = [] }: Audience): Scope[] {
  return [
    ...areas.map((id): Scope => ({ kind: "area", id })),
    ...groups.map((id): Scope => ({ kind: "group", id })),
    ...devices.map((id): Scope => ({ kind: "device", id })),
  ];
}
