import { stat } from "node:fs/promises";
import { AppError } from "../errors.ts";
import type { Asset } from "./media.ts";
import type { MediaLibrary } from "./media-library.ts";

/**
 * Where the file of a recording lies. Whether it has its length is looked at each time; its digest is compared by the
 * scrub.
 * @throws {AppError} `invalid` when the file is not what was stored
 */
export async function storedPath(
  library: Pick<MediaLibrary, "pathOf">,
  { sha256, bytes }: Pick<Asset, "sha256" | "bytes">,
): Promise<string> {
  const path = library.pathOf(sha256);
  const { size } = await stat(path);
  if (size === bytes) return path;
  throw new AppError(
    "invalid",
    `The stored recording changed on the disk: it holds ${size} bytes instead of ${bytes}.`,
    { hint: "Upload it again, or restore it from a backup." },
  );
}
