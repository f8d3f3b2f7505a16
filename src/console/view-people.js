import { may, readMe, waysToSignIn } from "./api.js";
import { badge } from "./badges.js";
import { el, fill } from "./dom.js";
import { momentText } from "./format.js";
import { t, term } from "./i18n.js";
import { liveView } from "./live.js";
import { announce, emptyNotice, problemNotice } from "./notices.js";
import { enable, listPeople, listTowns } from "./people.js";
import {
  askForLink,
  askForRoles,
  askToDisable,
  askToInvite,
  askToLink,
  askToRemoveFactor,
  askToUnlink,
  showAccess,
} from "./person-dialogs.js";
import { rolesText } from "./roles-part.js";
import { table } from "./tables.js";

/** @typedef {import("./people.js").Person} Person */

/** @type {Record<Person["state"], [tone: string, sign: string]>} */
const LOOKS = { active: ["good", "✓"], invited: ["warn", "○"], disabled: ["plain", "×"] };

/** A place for who may not see it, with what to do. */
const mayNot = () => ({
  element: el("section", { class: "view" }, emptyNotice("people.mayNot", "people.mayNotHint")),
  title: () => t("people.title"),
  close: () => {},
  refresh: () => {},
});

/** Who may sign in, and what for. @returns {import("./live.js").View} */
export function peopleView() {
  if (!may("people:read")) return mayNot();
  const mayManage = may("people:manage");
  /** @type {import("./people.js").Town[]} */
  let towns = [];
  let ownId = "";
  let hasProvider = false;
  const outcome = el("div", { "aria-live": "assertive" });
  const inviteButton = el(
    "button",
    { type: "button", class: "primary", onclick: () => askToInvite(towns, changed) },
    () => t("people.invite"),
  );

  /** @param {Person} person */
  async function letInAgain(person) {
    const { name } = person;
    try {
      await enable(person);
      fill(outcome);
      announce(() => t("enable.done", { name }));
    } catch (error) {
      fill(outcome, problemNotice(error));
    }
    changed();
  }

  /** @param {string} key @param {() => void} onclick */
  const button = (key, onclick) => el("button", { type: "button", class: "quiet", onclick }, () => t(key));

  /** @param {Person} person */
  function actions(person) {
    const isOut = person.state === "disabled";
    return el(
      "span",
      { class: "acts" },
      mayManage && button("person.roles", () => askForRoles(person, towns, changed)),
      mayManage && !isOut && button("person.link", () => askForLink(person, changed)),
      button("person.access", () => showAccess(person, mayManage)),
      mayManage &&
        (person.identity
          ? button("person.unlink", () => askToUnlink(person, changed))
          : hasProvider && !isOut && button("person.linkProvider", () => askToLink(person, changed))),
      mayManage &&
        person.secondFactor &&
        button("person.removeFactor", () => askToRemoveFactor(person, changed)),
      mayManage &&
        (isOut
          ? button("person.enable", () => void letInAgain(person))
          : button("person.disable", () => askToDisable(person, changed))),
    );
  }

  const rows = table({
    caption: () => t("people.title"),
    columns: [
      "column.person",
      "column.roles",
      "column.personState",
      "column.secondFactor",
      "column.lastSeen",
      "column.actions",
    ],
    keyOf: (/** @type {Person} */ { id }) => id,
    cells: (person) => {
      const [tone, sign] = LOOKS[person.state];
      const { invitedUntil, lastSeenAt } = person;
      return [
        el(
          "span",
          {},
          el("strong", {}, person.name),
          person.id === ownId && " ",
          person.id === ownId && (() => t("person.you")),
        ),
        rolesText(person.roles),
        el(
          "span",
          {},
          badge(tone, sign, () => term("personState", person.state)),
          invitedUntil !== null &&
            el("small", { class: "below" }, () =>
              t("person.invitedUntil", { time: momentText(invitedUntil) }),
            ),
        ),
        person.secondFactor
          ? badge("good", "✓", () => t("factor.yes"))
          : badge("plain", "○", () => t("factor.no")),
        lastSeenAt === null ? null : () => momentText(lastSeenAt),
        actions(person),
      ];
    },
  });

  const none = emptyNotice("people.none", "people.noneHint");
  const view = liveView({
    title: () => t("people.title"),
    before: mayManage ? el("div", { class: "filters" }, inviteButton) : el("div"),
    body: el("div", {}, outcome, none, rows.element),
    async load(signal) {
      const [people, own, ways, known] = await Promise.all([
        listPeople(signal),
        readMe(signal),
        waysToSignIn(),
        towns.length ? towns : listTowns(),
      ]);
      return { people: people.items, ownId: own.user.id, hasProvider: ways.oidc !== null, towns: known };
    },
    show(data) {
      ({ ownId, hasProvider, towns } = data);
      none.hidden = data.people.length > 0;
      rows.update(data.people);
    },
  });
  const changed = () => view.refresh();
  return view;
}
