import type { CDPSession, Locator, Page } from "playwright-core";

/** More stops than any page has. */
const MOST_STOPS = 400;
/** The browser's own parts of a field or player are stops within it. */
const MOST_PARTS = 12;

/**
 * `stop(inside)`: about what has the focus, if it is within what `inside` selects. How it looks is held against how it looks
 * without the focus, at the next stop.
 */
const STOPS = `{
  // Of this document; what was met since the walk began is apart.
  const REACHED = new WeakSet();
  let met = new Set();
  const PARTED = "audio, video, input[type=date], input[type=month], input[type=time], input[type=datetime-local]";
  const STOP = "a[href], button, input, select, textarea, summary, audio[controls], video[controls], [tabindex]";
  let former = null;
  const short = (element) => element.cloneNode(false).outerHTML.slice(0, 160) + element.textContent.trim().slice(0, 40);
  const around = (element) => {
    const found = [];
    for (let each = element; each && found.length < 4; each = each.parentElement) found.push(each);
    return found;
  };
  const look = (elements) =>
    elements
      .map((each) => {
        const { outlineStyle, outline, boxShadow, border } = getComputedStyle(each);
        return [outlineStyle === "none" ? "" : outline, boxShadow, border].join();
      })
      .join("|");
  // What is seen of it: of a file's field, the button around it.
  const shownBox = (element) => {
    let shown = element;
    const isSmall = () => {
      const { width, height } = shown.getBoundingClientRect();
      return width < 8 || height < 8 || getComputedStyle(shown).opacity === "0";
    };
    while (shown.parentElement && isSmall()) shown = shown.parentElement;
    return shown;
  };
  const isSeen = (element) => {
    const shown = shownBox(element);
    const [{ left, right, top, bottom }] = shown.getClientRects();
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
    const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (shown.contains(hit) || hit === shown.parentElement);
  };
  const isStop = (element) =>
    element.tabIndex >= 0 &&
    !element.disabled &&
    !element.closest("fieldset:disabled, [inert]") &&
    element.checkVisibility({ visibilityProperty: true }) &&
    (element.tagName !== "SUMMARY" || element.parentElement.tagName === "DETAILS") &&
    (element.type !== "radio" || element.checked);
  globalThis.keyboardWalk = {
    begin() {
      former = null;
      met = new Set();
    },
    stop(inside) {
      const focused = document.activeElement;
      const findings = [];
      const isSame = focused === former?.element;
      if (!isSame && former?.element.isConnected && look(former.around) === former.look)
        findings.push("no sign of the focus: " + short(former.element));
      const isInside = focused.closest(inside) !== null && focused !== document.body;
      if (isInside && !isSame) {
        if (!isSeen(focused)) findings.push("not to be seen: " + short(focused));
        const elements = around(focused);
        former = { element: focused, around: elements, look: look(elements) };
      }
      const isAgain = !isSame && met.has(focused);
      met.add(focused);
      REACHED.add(focused);
      return {
        isInside,
        isSame,
        isAgain,
        isOut: !isInside && focused !== document.body,
        isParted: focused.matches(PARTED),
        what: short(focused),
        findings,
      };
    },
    left: (inside) =>
      [...document.querySelectorAll(":is(" + inside + ") :is(" + STOP + ")")]
        .filter((each) => isStop(each) && !REACHED.has(each))
        .map((each) => "not reached: " + short(each)),
  };
}`;

interface Stop {
  isInside: boolean;
  /** As at the last stop. */
  isSame: boolean;
  /** Where it was already since the walk began. */
  isAgain: boolean;
  /** At something that is not of `inside`, nor nowhere: after the last stop that is the browser. */
  isOut: boolean;
  isParted: boolean;
  what: string;
  findings: string[];
}

export type Keyboard = Awaited<ReturnType<typeof openKeyboard>>;

/** For somebody who has only the keys, on one page of a browser. */
export async function openKeyboard(page: Page) {
  const session = await page.context().newCDPSession(page);
  await page.addInitScript(STOPS);
  await page.evaluate(STOPS);

  /** Goes from stop to stop of `inside` until there is another, or none that is new. */
  async function walk(inside: string, key: string): Promise<{ findings: string[]; last: Stop }> {
    const findings: string[] = [];
    let parts = 0;
    await page.evaluate("keyboardWalk.begin()");
    for (let count = 0; count < MOST_STOPS; count += 1) {
      await page.keyboard.press(key);
      const stop = await page.evaluate<Stop>(`keyboardWalk.stop(${JSON.stringify(inside)})`);
      findings.push(...stop.findings);
      if (!stop.isInside || stop.isAgain) return { findings, last: stop };
      parts = stop.isSame ? parts + 1 : 0;
      if (parts > (stop.isParted ? MOST_PARTS : 0))
        return { findings: [...findings, `a trap: ${stop.what}`], last: stop };
      if (key === "Tab" && !stop.isSame && (await nameOfFocused(session)) === "")
        findings.push(`no name: ${stop.what}`);
    }
    throw new Error(`more than ${MOST_STOPS} stops`);
  }

  /** What is wrong on the way through `inside` by Tab, and back. */
  async function walkThrough(inside: string) {
    const forth = await walk(inside, "Tab");
    const back = await walk(inside, "Shift+Tab");
    const left = await page.evaluate<string[]>(`keyboardWalk.left(${JSON.stringify(inside)})`);
    return { findings: [...forth.findings, ...back.findings, ...left], ends: [forth.last, back.last] };
  }

  return {
    /** From a document that was just opened: what is around every page. */
    async walkAround(): Promise<string[]> {
      await page.keyboard.press("Tab");
      if ((await page.locator(".skip:focus").count()) === 0)
        return ["the first stop does not lead to the page"];
      return (await walkThrough("header, .side")).findings;
    },
    async walkPage(): Promise<string[]> {
      await page.locator(".skip").press("Enter");
      if ((await page.locator("main h1:focus").count()) === 0) return ["the first stop leads nowhere"];
      return (await walkThrough("main")).findings;
    },
    /** @param opener of a dialog that Escape closes */
    async walkDialog(opener: Locator): Promise<string[]> {
      await opener.press("Enter");
      const dialog = page.locator("dialog[open]");
      await dialog.waitFor();
      const what = (await dialog.locator("h2").first().textContent()) ?? "";
      const findings = (await dialog.locator(":focus").count()) === 1 ? [] : ["does not take the focus"];
      const { findings: inside, ends } = await walkThrough("dialog[open]");
      findings.push(...inside);
      if (ends.some(({ isOut }) => isOut)) findings.push("lets the focus out");
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      if (!(await opener.evaluate((each) => each.matches(":focus"))))
        findings.push("does not give the focus back");
      return findings.map((finding) => `${what}: ${finding}`);
    },
  };
}

/** As the browser tells it to screen readers. */
async function nameOfFocused(session: CDPSession): Promise<string> {
  const { result } = await session.send("Runtime.evaluate", { expression: "document.activeElement" });
  const { nodes } = await session.send("Accessibility.getPartialAXTree", {
    ...(result.objectId !== undefined && { objectId: result.objectId }),
    fetchRelatives: false,
  });
  return String(nodes[0]?.name?.value ?? "").trim();
}
