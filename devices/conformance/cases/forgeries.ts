import { randomUUID } from "node:crypto";
import type { EnrolRequest } from "../../../src/protocol/http-messages.ts";
import type { Command, DeviceKind } from "../../../src/protocol/messages.ts";
import { createSigner, generateSigningKey, type Signer } from "../../../src/protocol/signing.ts";
import type { Bench } from "../bench.ts";
import { demand } from "../failure.ts";
import type { Case } from "./case.ts";

const HOUR_MS = 3_600_000;
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

/** The kind that the gateway did not enrol as. */
function otherKind({ timeline }: Bench): DeviceKind {
  const enrolment = timeline.of("request").find(({ path }) => path === "/device/v1/enroll");
  return (enrolment?.body as Partial<EnrolRequest> | null)?.kind === "terminal" ? "loudspeaker" : "terminal";
}

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
    forge: async (bench) => signedBy(strangeSigner(bench.server.signer.kid), stopAll(bench)),
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
      unsigned({ alg: "none", kid: bench.server.signer.kid, typ: "ccx-command+jws" }, stopAll(bench)),
  },
  {
    id: "another-typ",
    says: "that is rightly signed as another kind of message",
    reason: "malformed",
    forge: (bench) => bench.server.signer.sign("alert", stopAll(bench) as never),
  },
  {
    id: "expired",
    says: "after its notAfter",
    reason: "expired",
    forge: (bench) =>
      signedBy(
        bench.server.signer,
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
        bench.server.signer,
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
    forge: (bench) =>
      signedBy(bench.server.signer, stopAll(bench, { audience: { devices: [randomUUID()] } })),
  },
  {
    id: "foreign-kind",
    says: "for another kind of device in its area",
    reason: "wrong-audience",
    forge: (bench) =>
      signedBy(
        bench.server.signer,
        stopAll(bench, { audience: { devices: [bench.deviceId], kinds: [otherKind(bench)] } }),
      ),
  },
  {
    id: "nobody",
    says: "whose audience names nobody",
    reason: "wrong-audience",
    forge: (bench) => signedBy(bench.server.signer, stopAll(bench, { audience: {} })),
  },
];

/** Neither silence nor obedience: the refusal is reported with its reason, and what was planned stays so. */
const forgeryCases = FORGERIES.map(
  ({ id, says, reason, forge }): Case => ({
    id: `refuse-${id}`,
    says: `refuses a command ${says}, and reports ${reason}`,
    section: "Why a device does not play, or not further",
    async run(bench) {
      const witness = bench.server.broadcast(600_000);
      await bench.server.list([witness]);
      await bench.hears(witness.id, "cached");
      const since = bench.reports.records().length;
      await bench.server.send(await forge(bench));
      await bench.hearsRefusal(reason, since);
      await requireStanding(bench, witness.id);
    },
  }),
);

/** What a gateway must not obey, however it came to it. */
export const refusalCases: Case[] = [
  ...forgeryCases,
  {
    id: "refuse-retained",
    says: "refuses a command that the broker had retained, and reports retained",
    section: "Why a device does not play, or not further",
    async run(bench) {
      const witness = bench.server.broadcast(600_000);
      await bench.server.list([witness]);
      await bench.hears(witness.id, "cached");
      const since = bench.reports.records().length;
      bench.broker.cut();
      await bench.comes(() => !bench.line.isOnline(), "the line was not cut");
      await bench.server.send(await bench.server.signer.sign("command", stopAll(bench)), true);
      try {
        await bench.hearsRefusal("retained", since);
      } finally {
        await bench.server.send("", true);
      }
      await requireStanding(bench, witness.id);
    },
  },
];

/** @throws {CaseFailure} when the command withdrew what stood in the playlist */
async function requireStanding(bench: Bench, id: string): Promise<void> {
  await bench.passes(OBEDIENCE_MS);
  const said = bench.reports.records(id).map(({ type }) => type);
  demand(!said.includes("skipped"), "it obeyed the command all the same");
}
