/** Coming back from the office's provider, to the page that was asked for. */

const RETURN_PATH = "/signed-in";
/** Where this tab was, as the provider's answer comes to an address of its own. */
const STORED_AS = "ccx-return-to";

export function rememberPlace(hash: string): void {
  try {
    sessionStorage.setItem(STORED_AS, hash);
  } catch {
    // Storage may be switched off: it goes on at the first page then.
  }
}

function rememberedPlace(): string {
  try {
    return sessionStorage.getItem(STORED_AS) ?? "";
  } catch {
    return "";
  }
}

/**
 * What the provider sent the browser back with, if it did. It does not stay in the address, nor in the history; the page
 * that was asked for takes its place.
 */
export function takeProviderAnswer(): string | null {
  if (location.pathname !== RETURN_PATH) return null;
  const answer = location.search.slice(1);
  const hash = rememberedPlace();
  history.replaceState(null, "", `/${hash.startsWith("#/") ? hash : "#/today"}`);
  return answer;
}
