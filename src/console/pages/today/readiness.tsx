import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { BroadcastWithProof, DeviceProof, Page } from "../../api-types.ts";
import { shareText } from "../../format.js";
import { readPages } from "../../live.js";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { inPath, query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { CallList } from "./call-list.tsx";
import { countReady, READINESS } from "./readiness-counts.ts";

const PAGE = 500;
const MOST_PAGES = 40;
/** All devices of a county are much to ask for. */
const EVERY_MS = 15_000;

async function readDevices(id: string, signal: AbortSignal): Promise<DeviceProof[]> {
  const readPage = async (cursor: string | null): Promise<Page<DeviceProof>> => {
    const detail: BroadcastWithProof = await read(
      `/broadcasts/${inPath(id)}${query({ limit: PAGE, cursor })}`,
      signal,
    );
    return detail.devices;
  };
  return (await readPages(readPage, MOST_PAGES)).items;
}

/** One bar whose whole length is every device that it is for, the same in numbers, and whom to call. */
export function Readiness({ broadcastId }: { broadcastId: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive({
    key: ["readiness", broadcastId],
    load: (signal) => readDevices(broadcastId, signal),
    topics: ["timetable", "reports"],
    everyMs: EVERY_MS,
  });
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (data.length === 0) return <p className="hint">{t("readiness.none")}</p>;
  const counts = countReady(data);
  const total = data.length;
  return (
    <div className="proof-bar readiness">
      <p>
        {t("readiness.summary", {
          have: counts.ready + counts.readyOffline,
          total,
          online: counts.ready + counts.missing,
        })}
      </p>
      <svg className="bar" viewBox={`0 0 ${total} 1`} preserveAspectRatio="none" aria-hidden="true">
        {READINESS.map((step, index) => {
          const before = READINESS.slice(0, index).reduce((sum, each) => sum + counts[each], 0);
          return (
            <rect key={step} className={`bar-${step}`} x={before} y={0} width={counts[step]} height={1} />
          );
        })}
      </svg>
      <table className="legend">
        <caption className="unseen">{t("readiness.title")}</caption>
        <tbody>
          {READINESS.map((step) => (
            <tr key={step} className={counts[step] === 0 ? "zero" : undefined}>
              <th scope="row">
                <span className={`swatch swatch-${step}`} aria-hidden="true" />
                {t(`readiness.${step}`)}
              </th>
              <td className="number">{counts[step]}</td>
              <td className="number">{shareText(counts[step], total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <CallList devices={data} />
    </div>
  );
}
