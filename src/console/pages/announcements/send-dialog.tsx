import { useTranslation } from "react-i18next";
import type { Announcement, InterruptPreview } from "../../api-types.ts";
import { durationText, momentText } from "../../format.js";
import { createAnnouncement } from "../../interrupts.ts";
import { announce } from "../../notices.js";
import { AirPreview } from "../../parts/air-preview.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { DrillNote } from "../../parts/drill-note.tsx";
import { isAwaited } from "../../parts/second-person.ts";
import { goOnAir } from "../../shell/on-air.ts";
import { refreshPage } from "../../shell/refresh.ts";

/** What would be sent. */
export interface Wanted {
  /** How long it is heard. */
  durationMs: number;
  isLive: boolean;
  body: {
    title: string;
    class: "announcement" | "drill";
    targets: { regions: string[]; kinds: string[] };
    silent: boolean;
    startAt: string | undefined;
    repeat: number;
    source: { live: { longestMinutes: number } } | { assetSha256: string };
  };
}

interface Props {
  wanted: Wanted;
  preview: InterruptPreview;
  onSent: () => void;
  onClose: () => void;
}

/** Who will hear it and what it interrupts, before it is sent or spoken. */
export function SendDialog({ wanted, preview, onSent, onClose }: Props) {
  const { t } = useTranslation();
  const { body, durationMs, isLive } = wanted;
  const { title, startAt, silent } = body;
  const isDrill = body.class === "drill";
  const duration = durationText(durationMs);

  function take(made: Announcement) {
    if (isAwaited(made)) announce(() => t("second.sent", { title }));
    // Whoever speaks is told so by the bar.
    else if (!isLive) announce(() => t("interrupt.sent", { title }));
    onSent();
    refreshPage();
  }
  const make = () => createAnnouncement(body);
  const ways = isLive
    ? {
        title: t("live.ask", { title }),
        confirm: t("live.go"),
        busy: t("live.opening"),
        run: (cancelled: AbortSignal) => goOnAir(make, { preview, cancelled, onChange: refreshPage }),
      }
    : {
        title: t(isDrill ? "interrupt.askDrill" : "interrupt.ask", { title }),
        confirm: t(startAt === undefined ? "interrupt.airNow" : "interrupt.airAt"),
        busy: t("interrupt.sending"),
        run: make,
      };
  return (
    <ConfirmDialog {...ways} isDrill={isDrill} again={t("action.retry")} onDone={take} onClose={onClose}>
      {isDrill && <DrillNote isSilent={silent} />}
      {isLive && <p>{t("live.askText", { duration })}</p>}
      {!isLive && (
        <p>
          {startAt === undefined
            ? t("interrupt.airsNow", { duration })
            : t("interrupt.airsAt", { time: momentText(startAt), duration })}
        </p>
      )}
      <AirPreview preview={preview} />
    </ConfirmDialog>
  );
}
