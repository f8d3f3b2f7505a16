/** How often a page asks again while nothing is told of what changes. */
export const REFRESH_MS = 5000;

/**
 * As many pages of a list as were asked for, read anew from the beginning: what changed on page one shows, too.
 * @template T
 * @param {(cursor: string | null) => Promise<import("./resources.js").Page<T>>} readPage
 * @param {number} pages
 * @returns {Promise<import("./resources.js").Page<T>>}
 */
export async function readPages(readPage, pages) {
  /** @type {T[]} */
  const items = [];
  /** @type {string | null} */
  let nextCursor = null;
  for (let page = 0; page < pages; page += 1) {
    const answer = await readPage(nextCursor);
    items.push(...answer.items);
    nextCursor = answer.nextCursor;
    if (nextCursor === null) break;
  }
  return { items, nextCursor };
}
