import { useTranslation } from "react-i18next";
import type { Recording } from "../../api-types.ts";
import { FindingText } from "../../parts/findings.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { useStore } from "../../parts/store.ts";
import { UploadProgress } from "../../parts/upload-progress.tsx";
import { hasFault, type SentRecording } from "./sent.ts";

/** No place is taken where it lies for none. */
const takeNone = () => {};

/** A recording on its way, and what the server has heard in it. */
export function SentPart({ sent }: { sent: SentRecording }) {
  const { t } = useTranslation();
  const { isLooking, recording, problem } = useStore(sent);
  return (
    <div>
      <UploadProgress place={sent.place} send={sent.send} takeKept={takeNone} />
      <div aria-live="polite">
        {isLooking && <p className="loading">{t("source.checking")}</p>}
        {recording && <WhatWasHeard recording={recording} />}
        {problem && <ProblemNotice error={problem.error} onRetry={() => void sent.look(problem.sha256)} />}
      </div>
    </div>
  );
}

function WhatWasHeard({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const findings = recording.listening?.findings ?? [];
  return (
    <>
      {findings.length > 0 && (
        <ul className="plain-list">
          {findings.map((finding) => (
            <li key={`${finding.kind} ${finding.fromMs}`} className="rendition">
              <FindingText finding={finding} />
            </li>
          ))}
        </ul>
      )}
      {hasFault(recording) && <p className="problem">{t("source.faulty")}</p>}
      {recording.listening === null && <p className="problem">{t("source.unheard")}</p>}
    </>
  );
}
