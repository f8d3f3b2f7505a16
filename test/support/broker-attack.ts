import type { Command } from "../../src/protocol/messages.ts";
import { createSigner, generateSigningKey } from "../../src/protocol/signing.ts";
import { alertTopic, commandTopic, playlistTopic } from "../../src/protocol/topics.ts";
import { COUNTY, OTHER_TOWN, TOWN } from "./fleet.ts";
import type { LawlessBroker } from "./lawless-broker.ts";

/** A command of the server, as it went by. */
export interface Overheard {
  topic: string;
  jws: Buffer;
}

/** What somebody would try who holds the broker: forges, replays, retains and misleads, by the newest command that plays something. */
export async function attackFrom(broker: LawlessBroker, overheard: readonly Overheard[]): Promise<void> {
  const plays = overheard.filter(({ jws }) => payloadOf(jws).type === "play");
  const real = plays.at(-1);
  if (!real) return;
  const county = { kind: "area", id: COUNTY } as const;
  const played = payloadOf(real.jws) as Extract<Command, { type: "play" }>;
  const forged = {
    ...played,
    id: crypto.randomUUID(),
    body: { ...played.body, broadcastId: crypto.randomUUID(), startAt: Date.now() + 4_000 },
  };
  const [head = "", , signature = ""] = real.jws.toString().split(".");
  const { kid } = JSON.parse(Buffer.from(head, "base64url").toString()) as { kid: string };
  const forger = await createSigner(await generateSigningKey(kid));
  const payload = encoded(forged);
  const tampered = `${head}.${payload}.${signature}`;
  const unsigned = `${encoded({ alg: "none", kid, typ: "ccx-command+jws" })}.${payload}.`;
  const ofTown = plays.find(({ topic }) => topic === commandTopic({ kind: "area", id: TOWN }));

  for (const message of [await forger.sign("command", forged), tampered, unsigned, real.jws])
    await broker.publish(commandTopic(county), message);
  await broker.publish(commandTopic(county), real.jws, { retain: true });
  await broker.publish(playlistTopic(county), "no pointer at all", { retain: true });
  await broker.publish(alertTopic(COUNTY), tampered, { retain: true });
  if (ofTown) await broker.publish(commandTopic({ kind: "area", id: OTHER_TOWN }), ofTown.jws);
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const payloadOf = (jws: Buffer): Command =>
  JSON.parse(Buffer.from(jws.toString().split(".")[1] ?? "", "base64url").toString());
