/** Weak comparison as RFC 9110 §13.1.2 asks of If-None-Match. @param etag strong, with its quotes */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag) return true;
  return ifNoneMatch.split(",").some((tag) => {
    const trimmed = tag.trim();
    return trimmed === "*" || trimmed.replace(/^W\//, "") === etag;
  });
}

/** Strong comparison as RFC 9110 §13.1.1 asks of If-Match: a weak tag never matches. @param etag strong, with its quotes */
export const satisfiesIfMatch = (ifMatch: string, etag: string): boolean =>
  ifMatch.split(",").some((tag) => [etag, "*"].includes(tag.trim()));
