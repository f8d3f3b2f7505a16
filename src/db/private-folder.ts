import { chmodSync, mkdirSync, statSync } from "node:fs";
import { relative } from "node:path";

const OWNER_ONLY = 0o700;
/** Others may pass through to what they know the name of, and see nothing on the way. */
const PASSAGE = 0o711;

/**
 * Keeps other accounts out of the folder of the database, which holds the key of the secrets: ffmpeg, which reads strangers'
 * files, runs as another one. A folder of somebody else's is left as it is.
 * @param mediaDir what that account must reach; inside the folder it leaves it a passage
 */
export function keepPrivate(folder: string, mediaDir: string): void {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
  const uid = process.getuid?.();
  if (uid !== 0 && uid !== statSync(folder).uid) return;
  chmodSync(folder, relative(folder, mediaDir).startsWith("..") ? OWNER_ONLY : PASSAGE);
}
