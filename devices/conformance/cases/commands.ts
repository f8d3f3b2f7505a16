import { randomUUID } from "node:crypto";
import type { Command } from "../../../src/protocol/messages.ts";
import { createSigner, generateSigningKey, type Signer } from "../../../src/protocol/signing.ts";
import { type Bench, playBody } from "../bench.ts";
import { demand } from "../failure.ts";
import type { Case } from "./case.ts";

const HOUR_MS = 3_600_000;
const LEAD_MS = 5_000;
/** What is obeyed is obeyed by then. */
const OBEDIENCE_MS = 700;

/** A `stop` that would silence everything, were it obeyed. */
const stopAll = (bench: Bench, change: Partial<Command> = {}) =>
  ({
    id: randomUUID(),
    type: "stop",
    issuedAt: Math.round(bench.now()),
    notAfter: Math.round(bench.now()) + 60_000,
    audience: { devices: [bench.deviceId] },
    class: "emergency",
    authority: "county",
    body: { all: true, startBefore: Math.round(bench.now()) + HOUR_MS },
    ...change,
  }) as Command;

interface Forgery {
  id: string;
  says: string;
  reason: string;
  /** The payload of the message, in the name of the server. */
  forge(bench: Bench): Promise<string>;
}

const signedBy = async (signer: Signer | Promise<Signer>, command: Command) =>
  (await signer).sign("command", command);
const strangeSigner = async (kid: string) => createSigner(await generateSigningKey(kid));

/** The header and the payload as they are, and no signature. */
const unsigned = (header: object, payload: object): string =>
  `${[header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;

const FORGERIES: Forgery[] = [
  {
    id: "garbage",
    says: "that is no JWS",
    reason: "malformed",
    forge: async () => "not a signature",
  },
  {
    id: "bad-signature",
    says: "that another key signed under the name of a trusted one",
    reason: "bad-signature",
    forge: async (bench) => signedBy(strangeSigner(bench.signer.kid), stopAll(bench)),
  },
  {
    id: "unknown-key",
    says: "of a key that it was never told to trust",
    reason: "unknown-key",
    forge: async (bench) => signedBy(strangeSigner("stranger"), stopAll(bench)),
  },
  {
    id: "no-algorithm",
    says: "with the algorithm `none`",
    reason: "bad-signature",
    forge: async (bench) =>
      unsigned({ alg: "none", kid: bench.signer.kid, typ: "ccx-command+jws" }, stopAll(bench)),
  },
  {
    id: "another-typ",
    says: "that is rightly signed as another kind of message",
    reason: "malformed",
    forge: (bench) => bench.signer.sign("alert", stopAll(bench) as never),
  },
  {
    id: "expired",
    says: "after its notAfter",
    reason: "expired",
    forge: (bench) =>
      signedBy(
        bench.signer,
        stopAll(bench, {
          issuedAt: Math.round(bench.now()) - HOUR_MS,
          notAfter: Math.round(bench.now()) - 60_000,
        }),
      ),
  },
  {
    id: "not-yet-valid",
    says: "whose issuedAt is more than 5 s ahead",
    reason: "not-yet-valid",
    forge: (bench) =>
      signedBy(
        bench.signer,
        stopAll(bench, {
          issuedAt: Math.round(bench.now()) + 600_000,
          notAfter: Math.round(bench.now()) + HOUR_MS,
        }),
      ),
  },
  {
    id: "foreign-device",
    says: "for another device",
    reason: "wrong-audience",
    forge: (bench) => signedBy(bench.signer, stopAll(bench, { audience: { devices: [randomUUID()] } })),
  },
  {
    id: "foreign-kind",
    says: "for another kind of device in its area",
    reason: "wrong-audience",
    forge: (bench) =>
      signedBy(bench.signer, stopAll(bench, { audience: { devices: [bench.deviceId], kinds: [] } })),
  },
  {
    id: "nobody",
    says: "whose audience names nobody",
    reason: "wrong-audience",
    forge: (bench) => signedBy(bench.signer, stopAll(bench, { audience: {} })),
  },
];

/** Neither silence nor obedience: the refusal is reported with its reason, and what was planned stays so. */
const forgeryCases = FORGERIES.map(
  ({ id, says, reason, forge }): Case => ({
    id: `refuse-${id}`,
    says: `refuses a command ${says}, and reports ${reason}`,
    section: "Why a device does not play, or not further",
    async run(bench) {
      const witness = bench.broadcast(600_000);
      await bench.list([witness]);
      await bench.hears(witness.id, "cached");
      const since = bench.records().length;
      await bench.send(await forge(bench));
      await bench.hearsRefusal(reason, since);
      await bench.passes(OBEDIENCE_MS);
      const said = bench.records(witness.id).map(({ type }) => type);
      demand(!said.includes("skipped"), "it obeyed the command all the same");
    },
  }),
);

export const commandCases: Case[] = [
  ...forgeryCases,
  {
    id: "refuse-retained",
    says: "refuses a command that the broker had retained, and reports retained",
    section: "Why a device does not play, or not further",
    async run(bench) {
      const witness = bench.broadcast(12_000);
      await bench.list([witness]);
      await bench.hears(witness.id, "cached");
      const since = bench.records().length;
      bench.broker.cut();
      await bench.comes(() => !bench.isOnline(), "the line was not cut");
      await bench.send(await bench.signer.sign("command", stopAll(bench)), true);
      try {
        await bench.hearsRefusal("retained", since);
      } finally {
        await bench.send("", true);
      }
      await bench.hears(witness.id, "finished");
    },
  },
  {
    id: "replayed",
    says: "obeys a command once: the same again is answered with the stored result alone",
    section: "Commands",
    async run(bench) {
      const stopped = bench.broadcast(60_000);
      await bench.list([stopped]);
      await bench.hears(stopped.id, "received");
      const { id, jws } = await bench.command("stop", {
        all: true,
        startBefore: Math.round(bench.now()) + HOUR_MS,
      });
      await bench.hears(id, "received");
      await bench.hears(stopped.id, "skipped", "stopped");
      const later = bench.broadcast(LEAD_MS);
      await bench.list([later]);
      await bench.hears(later.id, "cached");
      await bench.send(jws);
      await bench.comes(() => bench.records(id).length >= 2, "a repeated command is not answered again");
      demand(
        bench.records(id).every(({ type }) => type === "received"),
        "the repeated command got another answer",
      );
      await bench.hears(later.id, "finished");
    },
  },
  {
    id: "stop",
    says: "falls silent at a `stop` within a second and acknowledges it; it does not begin again",
    section: "Commands",
    async run(bench) {
      const broadcast = bench.broadcast(LEAD_MS, { items: [bench.item(20_000)] });
      await bench.list([broadcast]);
      await bench.hears(broadcast.id, "started");
      const sentAt = bench.now();
      const { id } = await bench.command("stop", { broadcastId: broadcast.id });
      const { at } = await bench.hears(broadcast.id, "interrupted", "stopped");
      demand(at - sentAt < 1_000, `it sounded for ${Math.round(at - sentAt)} ms more`);
      await bench.hears(id, "received");
      await bench.list([broadcast]);
      await bench.passes(2_500);
      const begun = bench.records(broadcast.id).filter(({ type }) => type === "started");
      demand(begun.length === 1, "it began again what was stopped");
    },
  },
  {
    id: "stop-ahead",
    says: "does not begin what a `stop` reached first",
    section: "Commands",
    async run(bench) {
      const broadcast = bench.broadcast(LEAD_MS);
      await bench.list([]);
      const { id } = await bench.command("stop", { broadcastId: broadcast.id });
      await bench.hears(id, "received");
      await bench.list([broadcast]);
      await bench.command("play", playBody(broadcast));
      await bench.passes(LEAD_MS + 2_000);
      const begun = bench.records(broadcast.id).some(({ type }) => type === "started");
      demand(!begun, "it began what had been stopped before");
    },
  },
  {
    id: "stop-all",
    says: "at `stop {all}` falls silent and withdraws what would start before `startBefore`, and nothing later",
    section: "Commands",
    async run(bench) {
      const onAir = bench.broadcast(LEAD_MS, { items: [bench.item(20_000)] });
      const soon = bench.broadcast(60_000);
      const later = bench.broadcast(LEAD_MS + 8_000);
      soon.startAt = later.startAt - 2_000;
      await bench.list([onAir, soon, later]);
      await bench.hears(onAir.id, "started");
      await bench.command("stop", { all: true, startBefore: later.startAt - 1_000 });
      await bench.hears(onAir.id, "interrupted", "stopped");
      await bench.hears(soon.id, "skipped", "stopped");
      await bench.hears(later.id, "finished");
    },
  },
  {
    id: "volume",
    says: "sets the volume it is told, capped by the policy, and says so in its state",
    section: "Commands",
    async run(bench) {
      await bench.list([], { policy: { zone: "Asia/Shanghai", quietHours: [], maxVolume: 60 } });
      const since = bench.timeline.length;
      const { id } = await bench.command("volume", { volume: 40 });
      await bench.hears(id, "received");
      const states = () =>
        bench.timeline.of("publish", since).filter(({ topic }) => topic.endsWith("/state"));
      await bench.comes(
        () => states().some(({ payload }) => (JSON.parse(payload) as { volume: number }).volume === 40),
        "no state reports the new volume",
      );
    },
  },
];
