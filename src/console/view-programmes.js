import { may } from "./api.js";
import { contentCard } from "./content-card.js";
import { drawn, el, keyed } from "./dom.js";
import { t } from "./i18n.js";
import { liveView, readPages } from "./live.js";
import { newContentForm } from "./new-content.js";
import { emptyNotice } from "./notices.js";
import { programmeReviewDialog } from "./programme-review.js";
import { programmeSoundDialog } from "./programme-sound.js";
import { listContent, listProgrammes } from "./resources.js";

/** @typedef {import("./resources.js").Programme} Programme */
/** @typedef {import("./resources.js").Episode} Episode */
/** @typedef {import("./resources.js").Session} Session */

const PAGE = 20;

/** The broadcasts of every fortnight before the lectures of every month. @param {Programme} a @param {Programme} b */
const byKind = (a, b) => Number(a.kind === "lecture") - Number(b.kind === "lecture");

/** The programmes, and the episodes or sessions of one. @param {string | null} wanted a programme's id */
export function programmesView(wanted) {
  let pages = 1;
  const closing = new AbortController();
  /** What was changed here and is newer than an answer that is still under way. @type {Map<string, Episode | Session>} */
  const changed = new Map();
  /** The one just made is the one to go on with. @type {string | null} */
  let justCreated = null;

  const tabs = drawn(
    el("nav", { class: "tabs", "aria-label": () => t("programmes.title") }),
    (/** @type {{ programmes: Programme[], chosen: string | undefined }} */ { programmes, chosen }) =>
      programmes.map(({ id, title, kind }) =>
        el(
          "a",
          { href: `#/programmes/${id}`, "aria-current": id === chosen ? "page" : null },
          title,
          " ",
          el("small", {}, () => t(kind === "lecture" ? "programmes.sessions" : "programmes.episodes")),
        ),
      ),
  );
  const create = drawn(el("div"), (/** @type {Programme | null} */ programme) =>
    programme === null
      ? []
      : [
          newContentForm(programme, (content) => {
            justCreated = content.id;
            view.refresh();
          }),
          el(
            "p",
            {},
            el(
              "button",
              { type: "button", onclick: () => programmeSoundDialog(programme, () => view.refresh()) },
              () => t("sound.open"),
            ),
            may("programmes:manage") &&
              el(
                "button",
                { type: "button", onclick: () => programmeReviewDialog(programme, () => view.refresh()) },
                () => t("review.settings"),
              ),
          ),
        ],
  );
  const cards = el("div", { class: "cards" });
  const noProgrammes = emptyNotice("programmes.empty", "programmes.emptyHint");
  const noEpisodes = emptyNotice("content.emptyEpisodes", "content.emptyHint");
  const noSessions = emptyNotice("content.emptySessions", "content.emptyHint");
  const more = el("button", { type: "button", hidden: true, onclick: showMore }, () => t("list.more"));

  let first = true;
  const updateCards = keyed(
    cards,
    (/** @type {Episode | Session} */ { id }) => id,
    (content) => {
      const open = first || content.id === justCreated;
      first = false;
      return contentCard(content, { open, onChanged: noteChange, closing: closing.signal });
    },
  );

  const view = liveView({
    title: () => t("programmes.title"),
    body: el("div", {}, tabs.element, noProgrammes, create.element, noEpisodes, noSessions, cards, more),
    async load(signal) {
      changed.clear();
      const programmes = (await listProgrammes(signal)).items.sort(byKind);
      const programme = programmes.find(({ id }) => id === wanted) ?? programmes[0];
      if (!programme) return { programmes, programme: null, content: { items: [], nextCursor: null } };
      const kind = programme.kind === "lecture" ? "sessions" : "episodes";
      const readPage = (/** @type {string | null} */ cursor) =>
        listContent(kind, { programmeId: programme.id, limit: PAGE, cursor }, signal);
      return { programmes, programme, content: await readPages(readPage, pages) };
    },
    show({ programmes, programme, content }) {
      tabs.update({ programmes, chosen: programme?.id });
      create.update(programme);
      noProgrammes.hidden = programmes.length > 0;
      noEpisodes.hidden = programme?.kind !== "broadcast" || content.items.length > 0;
      noSessions.hidden = programme?.kind !== "lecture" || content.items.length > 0;
      updateCards(content.items.map((item) => changed.get(item.id) ?? item));
      more.hidden = content.nextCursor === null;
    },
  });

  /** @param {Episode | Session} content */
  function noteChange(content) {
    changed.set(content.id, content);
    view.refresh();
  }
  function showMore() {
    pages += 1;
    view.refresh();
  }
  return {
    ...view,
    close() {
      closing.abort();
      view.close();
    },
  };
}
