import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { Attendance } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { namesUrl, readAttendance } from "./attendance-data.ts";
import { AttendedDialog } from "./attended-dialog.tsx";
import { TownDialog } from "./town-dialog.tsx";
import { type Town, TownTable } from "./town-table.tsx";
import { WishesDialog } from "./wishes-dialog.tsx";
import "./attendance.css";

interface Props {
  /** Of the broadcast. */
  id: string;
  onChanged: () => void;
}

/** Who was at a lecture, by town; what can be recorded of it, and what is held on one person. */
export function AttendancePart({ id, onChanged }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Town | "wishes" | "person" | null>(null);
  const close = () => setOpen(null);
  const { data, error, refetch } = useLive<Attendance>({
    key: ["attendance", id],
    load: (signal) => readAttendance(id, signal),
    topics: ["attendance"],
  });
  return (
    <section className="attendance">
      <h2>{t("attendance.title")}</h2>
      {data === undefined &&
        (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
      {data && <Counts attendance={data} onTown={setOpen} />}
      <div className="buttons">
        <Button onClick={() => setOpen("wishes")}>{t("attendance.wishes")}</Button>
        {may("attendance:names") && <Button href={namesUrl(id)}>{t("attendance.csv")}</Button>}
        {may("attendance:names") && <Button onClick={() => setOpen("person")}>{t("attended.open")}</Button>}
      </div>
      {open === "wishes" && <WishesDialog id={id} onClose={close} />}
      {open === "person" && <AttendedDialog onClose={close} />}
      {open !== null && typeof open === "object" && (
        <TownDialog id={id} town={open} onChanged={onChanged} onClose={close} />
      )}
    </section>
  );
}

interface CountsProps {
  attendance: Attendance;
  onTown: (town: Town) => void;
}

function Counts({ attendance: { checkIn, feedback, towns }, onTown }: CountsProps) {
  const { t } = useTranslation();
  return (
    <>
      <p className="hint">
        {t("attendance.spans", {
          from: momentText(checkIn.from),
          until: momentText(checkIn.until),
          feedbackUntil: momentText(feedback.until),
        })}
      </p>
      <TownTable
        caption={t("attendance.title")}
        towns={towns}
        more={[
          {
            name: "attendance.sites",
            cell: (town) => <Button onClick={() => onTown(town)}>{t("attendance.openSites")}</Button>,
          },
        ]}
      />
    </>
  );
}
