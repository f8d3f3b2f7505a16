import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { may } from "../../api.js";
import type { Programme } from "../../api-types.ts";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useProgrammes } from "../../parts/programmes.ts";
import { Page } from "../../shell/page.tsx";
import { Board } from "./board.tsx";
import { NewContent } from "./new-content.tsx";
import { ReviewSettings } from "./review-settings.tsx";
import { SoundSettings } from "./sound-settings.tsx";
import "./board.css";

/** The programmes, and the episodes or sessions of one as a board by state. */
export default function Programmes() {
  const { t } = useTranslation();
  const { id } = useParams();
  const { data, error, refetch } = useProgrammes();
  const chosen = data?.find((programme) => programme.id === id) ?? data?.[0];
  return (
    <Page title={t("programmes.title")}>
      <section className="view">
        {data === undefined && error === null && <Loading />}
        {data === undefined && error !== null && (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        )}
        {data?.length === 0 && <Empty what="programmes.empty" hint="programmes.emptyHint" />}
        {data && <Tabs programmes={data} chosen={chosen?.id} />}
        {chosen && (
          <div key={chosen.id}>
            <Tools programme={chosen} onChanged={() => void refetch()} />
            <Board programme={chosen} />
          </div>
        )}
      </section>
    </Page>
  );
}

function Tabs({ programmes, chosen }: { programmes: Programme[]; chosen: string | undefined }) {
  const { t } = useTranslation();
  return (
    <nav className="tabs" aria-label={t("programmes.title")}>
      {programmes.map(({ id, title, kind }) => (
        <a key={id} href={`#/programmes/${id}`} aria-current={id === chosen ? "page" : undefined}>
          {title} <small>{t(kind === "lecture" ? "programmes.sessions" : "programmes.episodes")}</small>
        </a>
      ))}
    </nav>
  );
}

function Tools({ programme, onChanged }: { programme: Programme; onChanged: () => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"sound" | "review" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      {may("content:edit") && <NewContent programme={programme} />}
      <div className="buttons">
        {may("content:edit") && <Button onClick={() => setOpen("sound")}>{t("sound.open")}</Button>}
        {may("programmes:manage") && (
          <Button onClick={() => setOpen("review")}>{t("review.settings")}</Button>
        )}
      </div>
      {open === "sound" && <SoundSettings programme={programme} onChanged={onChanged} onClose={close} />}
      {open === "review" && <ReviewSettings programme={programme} onChanged={onChanged} onClose={close} />}
    </>
  );
}
