import { pino } from "pino";
import { type Device, type DeviceOptions, startDevice } from "../core/device.ts";
import { EnrolmentError, loadOrEnrol } from "../core/identity.ts";
import type { Entry } from "../core/plan.ts";
import { webSocketsOnly } from "./broker-address.ts";
import type { EnrolmentProblem, Shown, ToPage, ToWorker, View } from "./messages.ts";
import { openFolders } from "./opfs.ts";
import { openOpfsMedia } from "./opfs-media.ts";
import { openOpfsStore } from "./opfs-store.ts";
import { createScreenOutput, type ScreenOutput } from "./screen-output.ts";

/** The device itself, in a worker: what it keeps is written there, and what the page draws never delays it. */

const VIEW_EVERY_MS = 250;
const log = pino({ level: "info" });
const tell = (message: ToPage): void => postMessage(message, { transfer: [] });
let output: ScreenOutput | null = null;
let device: Device | null = null;
const opened = openAll();

async function openAll() {
  const folders = await openFolders();
  const store = await openOpfsStore(folders.state);
  return { store, createCache: await openOpfsMedia(folders.media, store) };
}

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "enrol") void begin(data.code);
  else if (data.kind === "bundle") void takeBundle(data.file);
  else output?.onAnswer(data.answer);
});

/** As the device that it is, or, with a code that did not make it that one, as a new one. */
async function begin(code: string | null): Promise<void> {
  if (device) return;
  try {
    const { store, createCache } = await opened;
    const identity = await loadOrEnrol({
      server: location.origin,
      store,
      code,
      hardwareId: null,
      kind: "terminal",
      log,
    });
    const reachable = webSocketsOnly(identity);
    if (reachable) await run({ store, createCache, identity: reachable });
    else tell({ kind: "enrol", problem: "no-broker" });
  } catch (error) {
    if (!(error instanceof EnrolmentError)) return fail(error);
    if (code !== null) log.warn({ err: error }, "not enrolled");
    tell({ kind: "enrol", problem: code === null ? null : problemOf(error) });
  }
}

function problemOf({ status }: EnrolmentError): EnrolmentProblem {
  switch (status) {
    case null:
      return "unreachable";
    case 401:
      return "unknown";
    case 409:
      return "used";
    case 422:
      return "other-kind";
    default:
      return "refused";
  }
}

type Kept = Pick<DeviceOptions, "store" | "createCache" | "identity">;

async function run(kept: Kept): Promise<void> {
  device = await startDevice({
    server: location.origin,
    ...kept,
    createOutput: (now) => (output = createScreenOutput((cue) => tell({ kind: "cue", cue }), now)),
    log,
    onIdentify: () => tell({ kind: "identify" }),
    onReboot: () => tell({ kind: "reload" }),
    onHopeless: () => tell({ kind: "reload" }),
  });
  const running = device;
  let shown = "";
  const show = () => {
    const { aheadMs, ...rest } = viewOf(running);
    // The clock moves with every comparison; what it differs by within a frame is nothing to be shown.
    const now = JSON.stringify([Math.round(aheadMs), rest]);
    if (now !== shown) tell({ kind: "view", view: { aheadMs, ...rest } });
    shown = now;
  };
  show();
  setInterval(show, VIEW_EVERY_MS);
}

function viewOf({ now, onAir, toCome, isCached, status }: Device): View {
  const { deviceId, zone, online, clock, faults } = status();
  const next = toCome().find((entry) => entry !== onAir && !entry.silent);
  return {
    aheadMs: now() - (performance.timeOrigin + performance.now()),
    deviceId,
    zone,
    isOnline: online,
    clockTrusted: clock.trusted,
    onAir: onAir && shownOf(onAir),
    next: next ? { ...shownOf(next), isCached: isCached(next) } : null,
    faults,
  };
}

const shownOf = (entry: Entry): Shown => ({
  id: entry.id,
  class: entry.class,
  programme: entry.programme,
  title: entry.title,
  text: entry.text ?? null,
  checkIn: entry.checkIn ?? null,
  isSilent: entry.silent ?? false,
  startAt: entry.startAt,
});

async function takeBundle(file: File): Promise<void> {
  try {
    if (!device) throw new Error("the device does not run yet");
    await device.importBundle(file.stream());
    tell({ kind: "bundle-taken", what: file.name, isTaken: true });
  } catch (error) {
    log.warn({ err: error }, "a bundle was not taken");
    tell({ kind: "bundle-taken", what: file.name, isTaken: false });
  }
}

function fail(error: unknown): void {
  log.fatal({ err: error }, "the terminal cannot run");
  const isHeld = error instanceof DOMException && error.name === "NoModificationAllowedError";
  tell({
    kind: "trouble",
    trouble: isHeld ? "another-window" : "failed",
    what: error instanceof Error ? error.message : String(error),
  });
}
