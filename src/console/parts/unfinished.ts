import { useEffect, useState } from "react";
import { unfinishedAt } from "../upload-transfer.js";

/** The name of a file whose upload was begun before the page was loaded, and can be gone on with. */
export function useUnfinished(place: string, isBusy: boolean): string | null {
  const [file, setFile] = useState<string | null>(null);
  useEffect(() => {
    let isLeft = false;
    if (!isBusy) void unfinishedAt(place).then((found) => isLeft || setFile(found));
    return () => void (isLeft = true);
  }, [place, isBusy]);
  return file;
}
