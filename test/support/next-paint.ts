import type { BrowserContext, Page } from "playwright-core";

/** A key that the console has no use for, and how often something is computed for it. */
const WORK_KEY = "F9";
const WORK = 5_000_000;

/** `interactions`: how long each click, key and drag since `begin` took until the next frame was drawn, ms. */
const WATCH = `{
  const TYPES = ["pointerdown", "pointerup", "click", "keydown", "keyup", "dragstart", "drop", "dragend"];
  let inputs = [];
  const drawn = (at) =>
    new Promise((resolve) => {
      requestAnimationFrame(() => {
        // Styles, layout and paint follow in the same task; a message comes after it.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - at);
        port2.postMessage(null);
      });
    });
  for (const type of TYPES) addEventListener(type, ({ timeStamp }) => inputs.push(drawn(timeStamp)), true);
  globalThis.interactions = {
    begin: () => void (inputs = []),
    end: async () => Math.max(...(await Promise.all(inputs))),
  };
  addEventListener("keydown", ({ key }) => {
    if (key !== "${WORK_KEY}") return;
    for (let left = ${WORK}; left > 0; left -= 1) globalThis.worked = Math.sqrt(left + (globalThis.worked ?? 0));
  });
}`;

/** Before any page is opened. */
export const watchInteractions = async (context: BrowserContext): Promise<void> =>
  void (await context.addInitScript(WATCH));

/** Interaction to next paint (https://web.dev/articles/inp) of what is done there: the longest one, ms. */
export async function nextPaint(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate("interactions.begin()");
  await act();
  return Math.round(await page.evaluate<number>("interactions.end()"));
}

/** What it is for an amount of work that is always the same: how quick the machine is at that moment. */
export const nextPaintOfWork = (page: Page): Promise<number> =>
  nextPaint(page, () => page.keyboard.press(WORK_KEY));
