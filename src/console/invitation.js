import { passwordField } from "./account-parts.js";
import { asProblem, asStranger, Problem } from "./api.js";
import { el, fill } from "./dom.js";
import { momentText } from "./format.js";
import { t } from "./i18n.js";
import { loadingNotice, problemNotice } from "./notices.js";
import { languageButton } from "./sign-in.js";

/** The token of an invitation's link, if this is one. It does not stay in the address, nor in the history. */
export function invitationInAddress() {
  const [, token] = /^#\/invitation\/([\w-]+)$/.exec(location.hash) ?? [];
  if (token !== undefined) history.replaceState(null, "", "#/today");
  return token ?? null;
}

/**
 * Whoever was invited sets the own password; resolves when there is nothing left to do but to sign in.
 * @param {string} token
 * @returns {Promise<void>}
 */
export function acceptInvitation(token) {
  return new Promise((resolve) => {
    const next = passwordField(
      "password.new",
      "new-password",
      el("p", { class: "hint" }, () => t("password.hint")),
    );
    const again = passwordField("password.repeat", "new-password");
    const outcome = el("div", { "aria-live": "assertive" });
    const submit = el("button", { type: "submit", class: "primary" }, () => t("invitation.submit"));
    const leave = el("button", { type: "button", onclick: () => void close() }, () =>
      t("invitation.toSignIn"),
    );
    const whom = el("div", {}, loadingNotice());
    const fields = el("div", { hidden: true }, next.element, again.element);
    const form = el(
      "form",
      { onsubmit: accept },
      el("h1", { id: "invitation-title" }, () => t("invitation.title")),
      whom,
      fields,
      outcome,
      el("div", { class: "buttons" }, submit, leave, languageButton()),
    );
    const dialog = el(
      "dialog",
      {
        class: "sign-in whole",
        "aria-labelledby": "invitation-title",
        oncancel: (/** @type {Event} */ event) => event.preventDefault(),
      },
      form,
    );
    let name = "";

    function close() {
      dialog.remove();
      resolve();
    }

    async function look() {
      submit.hidden = true;
      leave.hidden = true;
      try {
        const invitation = await asStranger("/invitations/look", { token });
        name = invitation.name;
        fill(
          whom,
          el("p", {}, () => t("invitation.for", { name, time: momentText(invitation.expiresAt) })),
        );
        fields.hidden = false;
        submit.hidden = false;
        next.input.focus();
      } catch (error) {
        const isOver = asProblem(error).code === "not_found";
        leave.hidden = false;
        fill(whom, problemNotice(error, isOver ? {} : { retry: () => void look() }));
      }
    }

    /** @param {SubmitEvent} event */
    async function accept(event) {
      event.preventDefault();
      submit.disabled = true;
      try {
        if (next.input.value !== again.input.value) throw new Problem("invalid", t("password.differs"));
        await asStranger("/invitations/accept", { token, password: next.input.value });
        fields.hidden = true;
        submit.hidden = true;
        leave.hidden = false;
        fill(whom);
        fill(
          outcome,
          el("p", { class: "done" }, () => t("invitation.done", { name })),
        );
        leave.focus();
      } catch (error) {
        fill(outcome, problemNotice(error, { title: () => t("invitation.failed") }));
      } finally {
        submit.disabled = false;
      }
    }

    document.body.append(dialog);
    dialog.showModal();
    void look();
  });
}
