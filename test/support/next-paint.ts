import type { BrowserContext, Page } from "playwright-core";

/** A key that the console has no use for, and how often something is computed for it. */
const WORK_KEY = "F9";
const WORK = 5_000_000;

/** `interactions`: what the browser measured since `begin`, by Event Timing (https://w3c.github.io/event-timing/). */
const WATCH = `{
  const events = [];
  const keep = (entries) =>
    events.push(...entries.map(({ name, duration, interactionId }) => ({ name, duration, interactionId })));
  const observer = new PerformanceObserver((list) => keep(list.getEntries()));
  observer.observe({ type: "event", durationThreshold: 16 });
  const frame = () => new Promise(requestAnimationFrame);
  globalThis.interactions = {
    begin() {
      observer.takeRecords();
      events.length = 0;
    },
    async end() {
      // An entry is there once the frame after its event has been painted.
      await frame();
      await frame();
      await new Promise((resolve) => setTimeout(resolve));
      keep(observer.takeRecords());
      return events;
    },
  };
  addEventListener("keydown", ({ key }) => {
    if (key !== "${WORK_KEY}") return;
    for (let left = ${WORK}; left > 0; left -= 1) globalThis.worked = Math.sqrt(left + (globalThis.worked ?? 0));
  });
}`;

/** Before any page is opened. */
export const watchInteractions = async (context: BrowserContext): Promise<void> =>
  void (await context.addInitScript(WATCH));

interface Entry {
  name: string;
  /** From the input to the next paint, ms, to the nearest 8. */
  duration: number;
  /** 0 for what is none, as a pointer that passes over something. */
  interactionId: number;
}

/** A drag is no interaction for the browser, and yet somebody waits for it. */
const DRAGS = new Set(["dragstart", "drop", "dragend"]);
/** What is quicker has no entry. */
const LEAST_MS = 16;

/** Interaction to next paint (https://web.dev/articles/inp) of what is done there: the longest one, ms. */
export async function nextPaint(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate("interactions.begin()");
  await act();
  const entries = await page.evaluate<Entry[]>("interactions.end()");
  const counted = entries.filter(({ name, interactionId }) => interactionId > 0 || DRAGS.has(name));
  return Math.max(LEAST_MS, ...counted.map(({ duration }) => duration));
}

/** What it is for an amount of work that is always the same: how quick the machine is at that moment. */
export const nextPaintOfWork = (page: Page): Promise<number> =>
  nextPaint(page, () => page.keyboard.press(WORK_KEY));
