import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { may, read } from "../../api.js";
import type { BroadcastWithProof } from "../../api-types.ts";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { programmeName } from "../../parts/programme-name.ts";
import { inPath, query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { AttendancePart } from "./attendance-part.tsx";
import { BroadcastFacts } from "./broadcast-facts.tsx";
import { DeviceProofs } from "./device-proofs.tsx";
import { LatenessFacts } from "./lateness-facts.tsx";
import { ProofBar } from "./proof-bar.tsx";

const PAGE = 50;
/** What devices report late is told. */
const OVER = new Set<BroadcastWithProof["state"]>(["aired", "failed", "cancelled", "missed"]);

/** One broadcast: what it is, and the proof of what became of it. */
export default function BroadcastPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  /** Where each page of its devices begins, up to the one that is shown. */
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const cursor = cursors.at(-1) ?? null;
  const { data, error, refetch } = useLive<BroadcastWithProof>({
    key: ["broadcast", id, cursor],
    load: (signal) => read(`/broadcasts/${inPath(id)}${query({ limit: PAGE, cursor })}`, signal),
    topics: ["timetable", "interrupts", "content", "proofs", "devices"],
    isOver: ({ state }) => OVER.has(state),
  });
  const title = data ? [programmeName(data), data.title].filter(Boolean).join(" ") : t("broadcast.title");
  return (
    <Page title={title}>
      <section className="view">
        <p className="back">
          <a href="#/today">← {t("broadcast.back")}</a>
        </p>
        {data === undefined &&
          (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
        {data && (
          <Content broadcast={data} cursors={cursors} onPage={setCursors} onChanged={() => void refetch()} />
        )}
      </section>
    </Page>
  );
}

interface Props {
  broadcast: BroadcastWithProof;
  cursors: (string | null)[];
  onPage: (cursors: (string | null)[]) => void;
  onChanged: () => void;
}

function Content({ broadcast, cursors, onPage, onChanged }: Props) {
  const { t } = useTranslation();
  const cached = useQueryClient();
  const { id, state, content, proof, devices } = broadcast;
  const isEarly = state === "planned" || state === "ready";
  return (
    <>
      <BroadcastFacts broadcast={broadcast} onStopped={onChanged} />
      {content?.kind === "session" && may("attendance:read") && (
        <AttendancePart
          id={id}
          onChanged={() => void cached.invalidateQueries({ queryKey: ["attendance", id] })}
        />
      )}
      <h2>{t("proof.title")}</h2>
      {proof.devices > 0 && <p className="hint">{t("proof.basis", { devices: proof.devices })}</p>}
      {isEarly && <p className="hint">{t("proof.before")}</p>}
      {proof.devices === 0 ? (
        <Empty what="proof.none" hint="proof.noneHint">
          <a href="#/devices">{t("nav.devices")}</a>
        </Empty>
      ) : (
        <>
          <ProofBar proof={proof} />
          <h3>{t("proof.lateness")}</h3>
          <LatenessFacts lateness={proof.startLatenessMs} />
          <h2>{t("proof.devices")}</h2>
          <DeviceProofs devices={devices} cursors={cursors} onPage={onPage} />
        </>
      )}
    </>
  );
}
