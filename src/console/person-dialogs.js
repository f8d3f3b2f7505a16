import { signInsTable, tokensTable } from "./access-tables.js";
import { field, secretText } from "./account-parts.js";
import { confirmDialog } from "./dialogs.js";
import { el, fill } from "./dom.js";
import { momentText } from "./format.js";
import { t } from "./i18n.js";
import { announce, loadingNotice, problemNotice } from "./notices.js";
import {
  disable,
  invite,
  inviteAgain,
  linkWithProvider,
  listSignIns,
  listTokens,
  removeFactorOf,
  setRoles,
  unlinkFromProvider,
} from "./people.js";
import { rolesPart } from "./roles-part.js";

/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./people.js").Town} Town */

/** @param {string} name @param {import("./people.js").Invitation} invitation */
const linkShown = (name, { url, expiresAt }) => [
  el("p", {}, () => t("invite.ready", { name, time: momentText(expiresAt) })),
  secretText(url, "invite.copy"),
  el("p", { class: "hint" }, () => t("invite.once")),
];

/** @param {Town[]} towns @param {() => void} changed */
export function askToInvite(towns, changed) {
  const name = field(
    "invite.name",
    { maxlength: 100 },
    el("p", { class: "hint" }, () => t("invite.nameHint")),
  );
  const roles = rolesPart([], towns);
  confirmDialog({
    title: () => t("invite.title"),
    body: [name.element, roles.element],
    confirm: () => t("invite.confirm"),
    run: () => invite(name.input.value.trim(), roles.value()),
    done: ({ person, invitation }) => {
      changed();
      return linkShown(person.name, invitation);
    },
  });
  name.input.focus();
}

/** @param {Person} person @param {() => void} changed */
export function askForLink(person, changed) {
  const { name } = person;
  confirmDialog({
    title: () => t("linkAgain.title", { name }),
    body: [el("p", {}, () => t("linkAgain.body"))],
    confirm: () => t("linkAgain.confirm"),
    run: () => inviteAgain(person),
    done: (invitation) => {
      changed();
      return linkShown(name, invitation);
    },
  });
}

/** @param {Person} person @param {Town[]} towns @param {() => void} changed */
export function askForRoles(person, towns, changed) {
  const { name } = person;
  const roles = rolesPart(person.roles, towns);
  confirmDialog({
    title: () => t("roles.title", { name }),
    body: [roles.element, el("p", { class: "hint" }, () => t("roles.note"))],
    confirm: () => t("roles.save"),
    run: () => setRoles(person, roles.value()),
    done: () => {
      announce(() => t("roles.saved", { name }));
      changed();
      return null;
    },
  });
}

/** @param {Person} person @param {() => void} changed */
export function askToDisable(person, changed) {
  const { name } = person;
  confirmDialog({
    title: () => t("disable.title", { name }),
    body: [el("p", {}, () => t("disable.body"))],
    confirm: () => t("disable.confirm"),
    grave: true,
    run: () => disable(person),
    done: () => {
      announce(() => t("disable.done", { name }));
      changed();
      return null;
    },
  });
}

/** @param {Person} person @param {() => void} changed */
export function askToRemoveFactor(person, changed) {
  const { name } = person;
  confirmDialog({
    title: () => t("removeFactor.title", { name }),
    body: [el("p", {}, () => t("removeFactor.body"))],
    confirm: () => t("removeFactor.confirm"),
    grave: true,
    run: () => removeFactorOf(person),
    done: () => {
      announce(() => t("removeFactor.done", { name }));
      changed();
      return null;
    },
  });
}

/** @param {Person} person @param {() => void} changed */
export function askToLink(person, changed) {
  const { name } = person;
  const subject = field(
    "link.subject",
    { maxlength: 255 },
    el("p", { class: "hint" }, () => t("link.subjectHint")),
  );
  confirmDialog({
    title: () => t("link.title", { name }),
    body: [el("p", {}, () => t("link.body")), subject.element],
    confirm: () => t("link.confirm"),
    run: () => linkWithProvider(person, subject.input.value.trim()),
    done: () => {
      announce(() => t("link.done", { name }));
      changed();
      return null;
    },
  });
  subject.input.focus();
}

/** @param {Person} person @param {() => void} changed */
export function askToUnlink(person, changed) {
  const { name, identity } = person;
  confirmDialog({
    title: () => t("unlink.title", { name }),
    body: [el("p", {}, el("code", {}, identity?.subject)), el("p", {}, () => t("unlink.body"))],
    confirm: () => t("unlink.confirm"),
    grave: true,
    run: () => unlinkFromProvider(person),
    done: () => {
      announce(() => t("unlink.done", { name }));
      changed();
      return null;
    },
  });
}

/** Somebody's sign-ins and tokens. @param {Person} person @param {boolean} mayManage */
export function showAccess({ id, name }, mayManage) {
  const signIns = signInsTable({ personId: id, mayEnd: mayManage, changed: load });
  const tokens = tokensTable({ personId: id, mayRevoke: mayManage, changed: load });
  const content = el("div", {}, loadingNotice());
  const dialog = el(
    "dialog",
    { class: "access", "aria-labelledby": "access-title", onclose: () => void dialog.remove() },
    el("h2", { id: "access-title" }, () => t("access.title", { name })),
    content,
    el(
      "div",
      { class: "buttons" },
      el("button", { type: "button", onclick: () => dialog.close() }, () => t("action.close")),
    ),
  );

  async function load() {
    try {
      const [signInRows, tokenRows] = await Promise.all([listSignIns(id), listTokens(id)]);
      signIns.update(signInRows.items);
      tokens.update(tokenRows.items);
      fill(
        content,
        el("h3", {}, () => t("signIns.title")),
        signIns.element,
        el("h3", {}, () => t("tokens.title")),
        tokens.element,
      );
    } catch (error) {
      fill(content, problemNotice(error, { retry: () => void load() }));
    }
  }

  document.body.append(dialog);
  dialog.showModal();
  void load();
}
