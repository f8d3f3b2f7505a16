import "./terminal.css";
import { askForCode, tellTrouble } from "./enrolment.ts";
import type { ToPage, ToWorker } from "./messages.ts";
import { openFolders } from "./opfs.ts";
import { createScreen } from "./screen.ts";
import { createStage } from "./stage.ts";
import { INSECURE } from "./words.ts";

/** The page in the kiosk: the screen, the sound, and beside them the worker in which the device lives. */

/** For whoever sets the box up with an address that ends in the code. */
const codeInAddress = (): string | null => decodeURIComponent(location.hash.slice(1)) || null;

async function run(): Promise<void> {
  if (!isSecureContext) return tellTrouble({ words: INSECURE });
  await navigator.serviceWorker.register("sw.js").catch(() => {}); // it goes without until the next start
  await navigator.storage.persist();
  const { media } = await openFolders();
  const worker = new Worker(new URL("./device-worker.ts", import.meta.url), { type: "module" });
  const tell = (message: ToWorker) => worker.postMessage(message, { transfer: [] });
  let aheadMs = 0;
  const now = () => performance.timeOrigin + performance.now() + aheadMs;
  const screen = createScreen(now);
  const stage = createStage({
    media,
    videos: [videoOf("first"), videoOf("second")],
    audio: document.querySelector("audio") as HTMLAudioElement,
    now,
    answer: (answer) => tell({ kind: "answer", answer }),
  });
  const enrol = (code: string | null) => tell({ kind: "enrol", code });

  worker.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
    switch (data.kind) {
      case "enrol":
        askForCode(data.problem, enrol);
        break;
      case "trouble":
        tellTrouble(data.trouble, data.what);
        break;
      case "view":
        ({ aheadMs } = data.view);
        screen.show(data.view);
        break;
      case "identify":
        screen.identify();
        break;
      case "bundle-taken":
        screen.notify(
          data.isTaken ? `已收下 ${data.what}` : `没有收下 ${data.what}：不是给本终端的，或已损坏`,
        );
        break;
      case "reload":
        location.reload();
        break;
      case "cue":
        stage(data.cue);
        break;
    }
  });
  worker.addEventListener("error", ({ message }) => tellTrouble("failed", message));
  enrol(codeInAddress());
  takeDroppedBundles((file) => tell({ kind: "bundle", file }));
}

const videoOf = (id: string): HTMLVideoElement => document.getElementById(id) as HTMLVideoElement;

/** For a village that is cut off: the bundle on a stick is dragged onto the page. */
function takeDroppedBundles(take: (file: File) => void): void {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer?.files ?? []) take(file);
  });
}

run().catch((error: unknown) => tellTrouble("failed", String(error)));
