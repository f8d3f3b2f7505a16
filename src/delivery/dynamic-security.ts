import type { FastifyBaseLogger } from "fastify";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { DeviceIdentity } from "../devices/device.ts";
import { messageOf } from "../errors.ts";
import type { BrokerLink } from "./broker-link.ts";
import { CONTROL_TOPIC, clientFor, ownRoleOf, RESPONSE_TOPIC, rolesFor } from "./dynamic-security-roles.ts";

type DynamicCommand = { command: string } & Record<string, unknown>;

interface Dependencies {
  link: Pick<BrokerLink, "publish" | "subscribe" | "onOnline" | "online">;
  devices: {
    enrolledIds(): string[];
    onEnrolled(listener: (identity: DeviceIdentity, mqttPassword: string) => void): void;
    onRevoked(listener: (deviceId: string) => void): void;
    onLabelled(listener: (deviceId: string) => void): void;
    identityOf(id: string): DeviceIdentity | null;
  };
  log: FastifyBaseLogger;
}

const Responses = Compile(
  Type.Object({
    responses: Type.Array(
      Type.Object({
        command: Type.String(),
        error: Type.Optional(Type.String()),
        data: Type.Optional(Type.Unknown()),
      }),
    ),
  }),
);
const ClientList = Compile(
  Type.Object({
    clients: Type.Array(
      Type.Object({
        username: Type.String(),
        roles: Type.Optional(Type.Array(Type.Object({ rolename: Type.String() }))),
      }),
    ),
  }),
);

/** What is there already, or gone already, is as it should be. */
const HARMLESS = /already exists|already in this role|not found/i;

/**
 * Keeps the accounts of a Mosquitto with the dynamic-security plugin as the server's own: who enrols is let in at once,
 * who is revoked is disconnected at once, and at each connection what was missed is made up for. A password is known
 * only while its device enrols, so one that the broker could not be told before the process ended needs a new enrolment.
 */
export async function keepDynamicSecurity({ link, devices, log }: Dependencies): Promise<void> {
  /** Of each device the newest commands that the broker has not taken. */
  const untold = new Map<string, DynamicCommand[]>();

  async function tell(deviceId: string, commands: DynamicCommand[]): Promise<void> {
    untold.set(deviceId, commands);
    if (!link.online) return;
    try {
      await link.publish(CONTROL_TOPIC, JSON.stringify({ commands }));
      if (untold.get(deviceId) === commands) untold.delete(deviceId);
    } catch (error) {
      log.warn({ deviceId, reason: messageOf(error) }, "the broker was not told of a device; it will be");
    }
  }

  const createRoles = (identity: DeviceIdentity): DynamicCommand[] =>
    rolesFor(identity).map((role) => ({ command: "createRole", ...role }));
  const remove = (deviceId: string): DynamicCommand[] => [
    { command: "deleteClient", username: deviceId },
    { command: "deleteRole", rolename: ownRoleOf(deviceId) },
  ];

  devices.onEnrolled((identity, password) => {
    void tell(identity.id, [
      ...remove(identity.id),
      ...createRoles(identity),
      { command: "createClient", ...clientFor(identity), password },
    ]);
  });
  devices.onRevoked((deviceId) => void tell(deviceId, remove(deviceId)));
  devices.onLabelled((deviceId) => {
    // After the commit.
    queueMicrotask(() => {
      const identity = devices.identityOf(deviceId);
      // Whose account the broker has not been told of gets its roles along with it.
      if (!identity || untold.has(deviceId)) return;
      void tell(deviceId, [...createRoles(identity), { command: "modifyClient", ...clientFor(identity) }]);
    });
  });

  function reconcile(data: unknown): void {
    if (!ClientList.Check(data)) return;
    const enrolled = new Set(devices.enrolledIds());
    const ours = data.clients.filter(({ username, roles = [] }) =>
      roles.some(({ rolename }) => rolename === ownRoleOf(username)),
    );
    for (const { username } of ours) if (!enrolled.has(username)) void tell(username, remove(username));
    const known = new Set(ours.map(({ username }) => username));
    const unknown = [...enrolled].filter((id) => !known.has(id) && !untold.has(id));
    if (unknown.length > 0)
      log.error(
        { devices: unknown.slice(0, 20), count: unknown.length },
        "the broker does not know enrolled devices: write its file anew (npm run broker:files), or enrol them again",
      );
  }

  await link.subscribe([RESPONSE_TOPIC], (_topic, payload) => {
    const message: unknown = JSON.parse(payload.toString("utf8"));
    if (!Responses.Check(message)) return;
    for (const { command, error, data } of message.responses) {
      if (error !== undefined && !HARMLESS.test(error))
        log.error({ command, error }, "the broker refused a change of its accounts");
      else if (command === "listClients") reconcile(data);
    }
  });
  link.onOnline(() => {
    for (const [deviceId, commands] of untold) void tell(deviceId, commands);
    const list = { command: "listClients", verbose: true, count: -1, offset: 0 };
    link
      .publish(CONTROL_TOPIC, JSON.stringify({ commands: [list] }))
      .catch((error: unknown) =>
        log.warn({ reason: messageOf(error) }, "the broker's accounts were not compared"),
      );
  });
}
