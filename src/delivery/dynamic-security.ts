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
    totalCount: Type.Integer(),
    clients: Type.Array(
      Type.Object({
        username: Type.String(),
        roles: Type.Optional(Type.Array(Type.Object({ rolename: Type.String() }))),
      }),
    ),
  }),
);

/** What is there already, or gone already, is as it should be. */
const isHarmless = (command: string, error: string): boolean =>
  (command === "createRole" && /already exists/i.test(error)) ||
  (command.startsWith("delete") && /not found/i.test(error));

/** Accounts to an answer: with their roles that is some 100 kB. */
const PAGE = 200;

/**
 * Keeps the accounts of a Mosquitto with the dynamic-security plugin as the server's own: who enrols is let in at once,
 * who is revoked is disconnected at once, and at each connection what was missed is made up for. A password is known
 * only while its device enrols, so one that the broker could not be told before the process ended needs a new enrolment.
 */
export async function keepDynamicSecurity({ link, devices, log }: Dependencies): Promise<void> {
  /** What the broker has not taken yet, the newest of each subject: a device's account, or its groups after that. */
  const untold = new Map<string, DynamicCommand[]>();

  async function tell(subject: string, commands: DynamicCommand[]): Promise<void> {
    untold.set(subject, commands);
    if (!link.online) return;
    try {
      await link.publish(CONTROL_TOPIC, JSON.stringify({ commands }));
      if (untold.get(subject) === commands) untold.delete(subject);
    } catch (error) {
      log.warn({ subject, reason: messageOf(error) }, "the broker was not told of a device; it will be");
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
      if (!identity) return;
      void tell(`${deviceId} groups`, [
        ...createRoles(identity),
        { command: "modifyClient", ...clientFor(identity) },
      ]);
    });
  });

  /** What the broker has of ours, as far as it has told since the last connection. */
  const known = new Set<string>();
  let listed = 0;

  function askFrom(offset: number): void {
    listed = offset;
    if (offset === 0) known.clear();
    const list = { command: "listClients", verbose: true, count: PAGE, offset };
    link
      .publish(CONTROL_TOPIC, JSON.stringify({ commands: [list] }))
      .catch((error: unknown) =>
        log.warn({ reason: messageOf(error) }, "the broker's accounts were not compared"),
      );
  }

  function takePage(data: unknown): void {
    if (!ClientList.Check(data)) return;
    for (const { username, roles = [] } of data.clients)
      if (roles.some(({ rolename }) => rolename === ownRoleOf(username))) known.add(username);
    listed += data.clients.length;
    if (listed < data.totalCount && data.clients.length > 0) askFrom(listed);
    else compare();
  }

  function compare(): void {
    const enrolled = new Set(devices.enrolledIds());
    for (const id of known) if (!enrolled.has(id)) void tell(id, remove(id));
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
      if (error === undefined) {
        if (command === "listClients") takePage(data);
      } else if (!isHarmless(command, error)) {
        log.error({ command, error }, "the broker refused a change of its accounts");
      }
    }
  });
  link.onOnline(() => {
    for (const [subject, commands] of untold) void tell(subject, commands);
    askFrom(0);
  });
}
