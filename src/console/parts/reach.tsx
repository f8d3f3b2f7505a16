import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { InterruptPreview } from "../api-types.ts";
import { type Intended, previewInterrupt } from "../interrupts.ts";
import { AirPreview } from "./air-preview.tsx";
import { ProblemNotice } from "./notices.tsx";

/** Asked once: what somebody reads before they confirm does not change under their eyes. */
export const useReach = (id: string, intended: Intended): UseQueryResult<InterruptPreview> =>
  useQuery({
    queryKey: ["reach", id],
    queryFn: () => previewInterrupt(intended),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });

interface Props {
  reach: UseQueryResult<InterruptPreview>;
  /** What can be done all the same when nobody can say who will hear it. */
  note: string;
}

/** Who will hear what somebody else has made. */
export function Reach({ reach, note }: Props) {
  const { t } = useTranslation();
  return (
    <div className="dialog-body">
      {reach.data && <AirPreview preview={reach.data} />}
      {reach.isPending && <p className="loading">{t("interrupt.checking")}</p>}
      {reach.error && (
        <>
          <ProblemNotice error={reach.error} />
          <p className="hint">{note}</p>
        </>
      )}
    </div>
  );
}
