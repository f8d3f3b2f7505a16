import { el, fill } from "./dom.js";
import { momentText } from "./format.js";
import { t, term } from "./i18n.js";
import { announce, problemNotice } from "./notices.js";
import { endSignIn, revokeToken } from "./people.js";
import { table } from "./tables.js";

/** @typedef {import("./people.js").SignInRow} SignInRow */
/** @typedef {import("./people.js").TokenRow} TokenRow */

/** The browser and the system in few words, as nobody reads the whole. @param {string} agent */
function browserOf(agent) {
  const browser = /(Edg|OPR|MicroMessenger|Firefox|Chrome|Safari)\/(\d+)/.exec(agent);
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent);
  if (!browser) return agent.slice(0, 40) || "?";
  return [browser[1]?.replace("Edg", "Edge"), browser[2], system?.[1]].filter(Boolean).join(" ");
}

/**
 * A list with an act on each row, and where what went wrong is said.
 * @template {{ id: string }} R
 * @param {{ rows: import("./dom.js").Part<R[]>, noneKey: string, outcome: HTMLElement }} parts
 */
function section({ rows, noneKey, outcome }) {
  const none = el("p", { class: "quiet-text" }, () => t(noneKey));
  return {
    element: el("div", {}, outcome, none, rows.element),
    /** @param {R[]} items */
    update(items) {
      none.hidden = items.length > 0;
      /** @type {HTMLElement} */ (rows.element).hidden = items.length === 0;
      rows.update(items);
    },
  };
}

/** @param {HTMLElement} outcome @param {() => Promise<unknown>} run @param {() => string} done @param {() => void} changed */
async function act(outcome, run, done, changed) {
  try {
    await run();
    fill(outcome);
    announce(done);
  } catch (error) {
    fill(outcome, problemNotice(error));
  }
  changed();
}

/**
 * Somebody's sign-ins, each with a way to end it.
 * @param {{ personId: string | null, mayEnd: boolean, changed: () => void }} options `null` is one's own
 */
export function signInsTable({ personId, mayEnd, changed }) {
  const outcome = el("div", { "aria-live": "assertive" });
  /** @param {SignInRow} row */
  const end = ({ id }) =>
    act(
      outcome,
      () => endSignIn(personId, id),
      () => t("signIns.ended"),
      changed,
    );
  const rows = table({
    caption: () => t("signIns.title"),
    columns: ["column.signIn", "column.since", "column.lastUsed", "column.until", "column.actions"],
    keyOf: (/** @type {SignInRow} */ { id }) => id,
    cells: (row) => [
      el(
        "span",
        {},
        browserOf(row.agent),
        row.current && el("strong", {}, " ", () => t("signIns.current")),
        el(
          "small",
          { class: "below" },
          row.address,
          row.secondFactor && " · ",
          row.secondFactor && (() => t("signIns.withFactor")),
        ),
      ),
      () => momentText(row.createdAt),
      () => momentText(row.lastSeenAt),
      () => momentText(row.expiresAt),
      mayEnd && !row.current
        ? el("button", { type: "button", class: "quiet", onclick: () => end(row) }, () => t("signIns.end"))
        : null,
    ],
  });
  return section({ rows, noneKey: "signIns.none", outcome });
}

/**
 * Somebody's tokens for scripts, each with a way to revoke it.
 * @param {{ personId: string | null, mayRevoke: boolean, changed: () => void }} options `null` is one's own
 */
export function tokensTable({ personId, mayRevoke, changed }) {
  const outcome = el("div", { "aria-live": "assertive" });
  /** @param {TokenRow} row */
  const revoke = ({ id, label }) =>
    act(
      outcome,
      () => revokeToken(personId, id),
      () => t("tokens.revoked", { label }),
      changed,
    );
  const rows = table({
    caption: () => t("tokens.title"),
    columns: ["column.token", "column.scopes", "column.lastUsed", "column.until", "column.actions"],
    keyOf: (/** @type {TokenRow} */ { id }) => id,
    cells: (row) => [
      row.label,
      () => row.scopes.map((scope) => term("act", scope)).join(t("list.comma")),
      () => (row.lastUsedAt === null ? t("tokens.unused") : momentText(row.lastUsedAt)),
      () => momentText(row.expiresAt),
      mayRevoke
        ? el("button", { type: "button", class: "quiet", onclick: () => revoke(row) }, () =>
            t("tokens.revoke"),
          )
        : null,
    ],
  });
  return section({ rows, noneKey: "tokens.none", outcome });
}
