import type { BaseLogger } from "pino";
import { Compile } from "typebox/compile";
import { type EnrolRequest, EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { DeviceKind } from "../../src/protocol/messages.ts";
import { sha256Hex } from "../../src/protocol/sha256.ts";
import type { Store } from "./store.ts";

/** What enrolment gave: credentials, areas and the keys that are trusted from then on. */
export type Identity = EnrolResponse & { kind: DeviceKind };

const validator = Compile(EnrolResponse);
export const softwareOf = (kind: DeviceKind): string =>
  kind === "terminal" ? "cuncunxiang-terminal/0.1" : "cuncunxiang-gateway/0.1";
const NAME = "identity.json";

export interface EnrolOptions {
  server: string;
  store: Pick<Store, "read" | "write">;
  code: string | null;
  /** What tells this box from others; `null` for a random one that is kept. */
  hardwareId: string | null;
  kind: DeviceKind;
  log: BaseLogger;
}

export class EnrolmentError extends Error {
  /** Of the server's answer; `null` when there was none. */
  readonly status: number | null;
  constructor(
    message: string,
    { status = null, ...options }: ErrorOptions & { status?: number | null } = {},
  ) {
    super(message, options);
    this.status = status;
  }
}

/** The identity as it is kept: with a hash of the code that gave it, to tell a new code from the old one. */
type Stored = EnrolResponse & { enrolledWith?: string };

/**
 * The stored identity, or a new one when there is none yet or a code is given that did not give it. A code that was used
 * before changes nothing, so it may stay on the command line.
 * @throws {EnrolmentError} without an identity and a usable code
 */
export async function loadOrEnrol({ store, code, kind, log, ...box }: EnrolOptions): Promise<Identity> {
  const stored = readStored(store);
  const enrolledWith = code === null ? null : sha256Hex(code);
  if (stored && (enrolledWith === null || stored.enrolledWith === enrolledWith))
    return identityOf(stored, kind);
  if (code === null || enrolledWith === null) {
    throw new EnrolmentError("This device is not enrolled yet: start it once with --code.");
  }
  try {
    const identity = await enrol(box.server, {
      code,
      hardwareId: box.hardwareId ?? keptHardwareId(store),
      kind,
      model: `reference ${kind}`,
      software: softwareOf(kind),
    });
    store.write(NAME, JSON.stringify({ ...identity, enrolledWith } satisfies Stored));
    return { ...identity, kind };
  } catch (error) {
    // A village that plays must not fall silent over a mistyped code.
    if (!stored) throw error;
    log.error({ err: error }, "the new enrolment failed; going on with the old one");
    return identityOf(stored, kind);
  }
}

const identityOf = ({ enrolledWith: _, ...identity }: Stored, kind: DeviceKind): Identity => ({
  ...identity,
  kind,
});

async function enrol(server: string, request: EnrolRequest): Promise<EnrolResponse> {
  const answer = await fetch(`${server}/device/v1/enroll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(15_000),
  }).catch((cause: unknown) => {
    throw new EnrolmentError(
      `The server ${server} cannot be reached. Check --server and the network, then try again.`,
      { cause },
    );
  });
  // A proxy in between answers with a page of its own.
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return parseIdentity(body);
  const { detail = `status ${answer.status}`, hint = "" } = (body ?? {}) as {
    detail?: string;
    hint?: string;
  };
  const why = [detail, hint].filter(Boolean).join(" ");
  throw new EnrolmentError(`The server refused the enrolment: ${why}`, { status: answer.status });
}

function readStored(store: EnrolOptions["store"]): Stored | null {
  const text = store.read(NAME);
  return text === null ? null : parseIdentity(JSON.parse(text));
}

function parseIdentity(value: unknown): Stored {
  if (!validator.Check(value))
    throw new EnrolmentError("The identity is not as the protocol describes it; enrol again.");
  return value;
}

/** Random, made once: copies of one memory card that was never started are different boxes. */
function keptHardwareId(store: EnrolOptions["store"]): string {
  const kept = store.read("hardware-id");
  if (kept !== null) return kept;
  const fresh = crypto.randomUUID();
  store.write("hardware-id", fresh);
  return fresh;
}
