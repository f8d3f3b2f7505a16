/**
 * Takes from a page what JavaScript and the web have gained since Chromium 109, the last for Windows 7, of what a console may call.
 * CSS is as new as ever: what the build lowers of it, and `@supports`, is looked at.
 */
export const AS_CHROMIUM_109 = `{
  const lacking = [
    [Array, "fromAsync"],
    [Array.prototype, "toSorted", "toReversed", "toSpliced", "with"],
    [Object.getPrototypeOf(Uint8Array.prototype), "toSorted", "toReversed", "with"],
    [Map, "groupBy"],
    [Map.prototype, "getOrInsert", "getOrInsertComputed"],
    [Object, "groupBy"],
    [Promise, "withResolvers", "try"],
    [Set.prototype, "union", "intersection", "difference", "symmetricDifference", "isSubsetOf", "isSupersetOf", "isDisjointFrom"],
    [Iterator.prototype, "map", "filter", "take", "drop", "flatMap", "reduce", "toArray", "forEach", "some", "every", "find"],
    [String.prototype, "isWellFormed", "toWellFormed"],
    [ArrayBuffer.prototype, "transfer", "transferToFixedLength", "resize"],
    [Uint8Array, "fromBase64", "fromHex"],
    [Uint8Array.prototype, "toBase64", "toHex"],
    [RegExp, "escape"],
    [Error, "isError"],
    [URL, "canParse", "parse"],
    [AbortSignal, "any"],
    [Blob.prototype, "bytes"],
    [Response.prototype, "bytes"],
    [ReadableStream, "from"],
    [ReadableStream.prototype, "values", Symbol.asyncIterator],
    [Element.prototype, "moveBefore", "setHTMLUnsafe", "getHTML"],
    [HTMLElement.prototype, "showPopover", "hidePopover", "togglePopover", "popover"],
    [Document.prototype, "startViewTransition"],
    [globalThis, "Iterator", "DisposableStack", "AsyncDisposableStack", "scheduler"],
    [Intl, "DurationFormat"],
  ];
  for (const [of, ...names] of lacking) for (const name of names) delete of[name];
}`;
