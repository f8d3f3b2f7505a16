import { useTranslation } from "react-i18next";
import type { Rendition } from "../../api-types.ts";

const isReady = ({ state, sha256 }: Rendition) => state === "ready" && sha256 !== null;

const readyOf = (renditions: readonly Rendition[], begin: string) =>
  renditions.find((rendition) => isReady(rendition) && rendition.mime?.startsWith(begin));

export const hasSound = (renditions: readonly Rendition[]): boolean =>
  readyOf(renditions, "audio/") !== undefined;

/** Sound, or picture and sound, of what was aired; nothing is fetched before it is played. */
export function ReadySound({ renditions }: { renditions: readonly Rendition[] }) {
  const { t } = useTranslation();
  const sound = readyOf(renditions, "audio/");
  if (!sound) return null;
  const picture = readyOf(renditions, "video/");
  const Player = picture ? "video" : "audio";
  // biome-ignore lint/a11y/useMediaCaption: what is said is beside it
  return (
    <Player
      controls
      preload="none"
      src={`/media/${(picture ?? sound).sha256}`}
      aria-label={t("interrupt.listen")}
    />
  );
}
