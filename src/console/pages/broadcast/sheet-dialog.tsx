import { useQuery } from "@tanstack/react-query";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import type { AttendedSite } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { PaneDialog } from "../../parts/pane-dialog.tsx";
import { readSheet } from "./attendance-data.ts";

interface Props {
  id: string;
  site: AttendedSite;
  onClose: () => void;
}

/** To be printed and put up in the room: beside the page, so that nothing else is printed with it. */
export function SheetDialog({ id, site: { regionCode, name }, onClose }: Props) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: ["check-in-sheet", id, regionCode],
    queryFn: ({ signal }) => readSheet(id, regionCode, signal),
  });
  return createPortal(
    <PaneDialog
      className="sheet"
      title={t("attendance.sheetOf", { name })}
      actions={
        <button type="button" onClick={() => print()}>
          {t("attendance.print")}
        </button>
      }
      onClose={onClose}
    >
      {data === undefined &&
        (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
      {data && (
        <div>
          <p>
            {data.programme} {data.title}
          </p>
          <p>{momentText(data.startAt)}</p>
          <img className="qr" src={data.qrCode} alt={t("attendance.qr")} width={320} height={320} />
          <p>{t("attendance.scan")}</p>
          <p className="hint">
            <a href={data.url} target="_blank" rel="noreferrer">
              {data.url}
            </a>
          </p>
        </div>
      )}
    </PaneDialog>,
    document.body,
  );
}
