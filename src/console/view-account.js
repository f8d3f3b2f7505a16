import { signInsTable, tokensTable } from "./access-tables.js";
import { choices, field, passwordField, secretText } from "./account-parts.js";
import { Problem, readMe } from "./api.js";
import { deputiesPart } from "./deputies.js";
import { confirmDialog } from "./dialogs.js";
import { drawn, el } from "./dom.js";
import { t } from "./i18n.js";
import { liveView } from "./live.js";
import { announce } from "./notices.js";
import { changePassword, createToken, listSignIns, listTokens } from "./people.js";
import { listDeputies } from "./reviews.js";
import { rolesText } from "./roles-part.js";
import {
  askForNewRecoveryCodes,
  askToRemoveOwnFactor,
  askToSetUpFactor,
  askToUseFactor,
} from "./second-factor.js";

/** @typedef {import("./api.js").SignedIn} SignedIn */

const TOKEN_DAYS = 90;

/** @param {() => void} changed */
function askForPassword(changed) {
  const current = passwordField("password.current", "current-password");
  const next = passwordField(
    "password.new",
    "new-password",
    el("p", { class: "hint" }, () => t("password.hint")),
  );
  const again = passwordField("password.repeat", "new-password");
  confirmDialog({
    title: () => t("account.password"),
    body: [current.element, next.element, again.element],
    confirm: () => t("password.change"),
    async run() {
      if (next.input.value !== again.input.value) throw new Problem("invalid", t("password.differs"));
      await changePassword(current.input.value, next.input.value);
    },
    done: () => {
      announce(() => t("password.changed"));
      changed();
      return null;
    },
  });
  current.input.focus();
}

/** @param {string[]} scopes that a token may have @param {() => void} changed */
function askForToken(scopes, changed) {
  const label = field("tokens.label");
  const days = field("tokens.days", { type: "number", min: 1, max: 366, value: TOKEN_DAYS });
  const acts = choices(
    "tokens.scopes",
    scopes.map((value) => ({ value, text: () => t(`act.${value}`) })),
    [],
  );
  confirmDialog({
    title: () => t("tokens.createTitle"),
    body: [label.element, days.element, acts.element],
    confirm: () => t("tokens.confirm"),
    run: () =>
      createToken({
        label: label.input.value.trim(),
        scopes: acts.chosen(),
        expiresInDays: days.input.valueAsNumber,
      }),
    done: ({ token }) => {
      changed();
      return [el("p", {}, () => t("tokens.ready")), secretText(token, "tokens.copy")];
    },
  });
  label.input.focus();
}

/** @param {string} titleKey @param {string} hintKey @param {...import("./dom.js").Child} children */
const card = (titleKey, hintKey, ...children) =>
  el(
    "section",
    { class: "panel account-part" },
    el("h2", {}, () => t(titleKey)),
    el("p", { class: "hint" }, () => t(hintKey)),
    ...children,
  );

/** @param {string} key @param {() => void} onclick */
const button = (key, onclick) => el("button", { type: "button", onclick }, () => t(key));

/** The own account: password, second factor, sign-ins, tokens. */
export function accountView() {
  /** @type {string[]} */
  let scopes = [];
  const who = drawn(el("p", {}), (/** @type {SignedIn["user"]} */ { name, roles }) => [
    el("strong", {}, name),
    " · ",
    () => t("account.roles"),
    rolesText(roles),
  ]);
  const factor = drawn(
    el("div", {}),
    (/** @type {SignedIn} */ { password, secondFactor: { setUp, proven, recoveryCodesLeft } }) => [
      el("p", {}, () => (setUp ? t("factor.isSetUp", { count: recoveryCodesLeft }) : t("factor.isNotSetUp"))),
      el(
        "div",
        { class: "buttons" },
        !setUp && button("factor.setUp", () => askToSetUpFactor(password, changed)),
        setUp && !proven && button("factor.use", () => askToUseFactor(changed)),
        setUp && button("factor.renew", () => askForNewRecoveryCodes(password, changed)),
        setUp && button("factor.remove", () => askToRemoveOwnFactor(password, changed)),
      ),
    ],
  );
  const deputies = deputiesPart(() => changed());
  const signIns = signInsTable({ personId: null, mayEnd: true, changed: () => changed() });
  const tokens = tokensTable({ personId: null, mayRevoke: true, changed: () => changed() });

  const passwordCard = card(
    "account.password",
    "account.passwordHint",
    button("account.changePassword", () => askForPassword(changed)),
  );

  const view = liveView({
    title: () => t("account.title"),
    body: el(
      "div",
      {},
      who.element,
      card("factor.title", "factor.what", factor.element),
      passwordCard,
      card("deputies.title", "deputies.hint", deputies.element),
      card("signIns.title", "signIns.hint", signIns.element),
      card(
        "tokens.title",
        "tokens.hint",
        tokens.element,
        button("tokens.create", () => askForToken(scopes, changed)),
      ),
    ),
    load: (signal) =>
      Promise.all([
        readMe(signal),
        listSignIns(null, signal),
        listTokens(null, signal),
        listDeputies(signal),
      ]),
    show([own, signInRows, tokenRows, deputyRows]) {
      ({ scopes } = own);
      who.update(own.user);
      factor.update(own);
      passwordCard.hidden = !own.password;
      signIns.update(signInRows.items);
      tokens.update(tokenRows.items);
      deputies.update(deputyRows.items);
    },
  });
  const changed = () => view.refresh();
  return view;
}
