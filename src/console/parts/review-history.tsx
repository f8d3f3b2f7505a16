import { useTranslation } from "react-i18next";
import type { ReviewAct } from "../api-types.ts";
import { momentText } from "../format.js";
import { actText } from "./review-acts.ts";

/** The server tells no more of them; which version it is cannot be counted then. */
const MOST_ACTS = 200;

/** All that was done to it, the latest first; every edit made another version. */
export function ReviewHistory({ acts }: { acts: ReviewAct[] }) {
  const { t } = useTranslation();
  const lines = acts.map((act, index) => {
    const edits = acts.slice(0, index + 1).filter(({ change }) => change !== null).length;
    const version = act.change !== null && acts.length < MOST_ACTS ? edits : null;
    return (
      <li key={`${act.at} ${act.act} ${edits}`}>
        <span className="hint">{momentText(act.at)}</span>{" "}
        {version !== null && <span className="badge">{t("versions.number", { version })}</span>}{" "}
        {actText(act)}
      </li>
    );
  });
  return <ol className="plain-list">{lines.reverse()}</ol>;
}
