import type { ComponentProps } from "react";

/** The browser's own player, for what has its words beside it or was never written down. */
export const Audio = (props: ComponentProps<"audio">) => (
  // biome-ignore lint/a11y/useMediaCaption: there are no captions of what was just said
  // oxlint-disable-next-line jsx-a11y/media-has-caption -- there are none of what was just said
  <audio controls {...props} />
);
