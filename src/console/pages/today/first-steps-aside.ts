/** Whether the first steps were put aside in this browser; it may keep nothing, and then they are there again. */

const STORED_AS = "ccx-first-steps";
let isAside = false;

export function isPutAside(): boolean {
  try {
    return isAside || localStorage.getItem(STORED_AS) === "aside";
  } catch {
    return isAside;
  }
}

function keep(aside: boolean): void {
  isAside = aside;
  try {
    if (aside) localStorage.setItem(STORED_AS, "aside");
    else localStorage.removeItem(STORED_AS);
  } catch {
    // Until the page is loaded again.
  }
}

export const putAside = (): void => keep(true);
export const takeUp = (): void => keep(false);
