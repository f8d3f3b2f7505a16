import { useWaiting } from "../../parts/review-live.ts";
import { nameOf, owedText } from "../../parts/review-words.ts";

/** What airs no more for want of signatures that are owed. */
export function Overdue() {
  const { data } = useWaiting();
  return data?.owed
    .filter(({ owed }) => owed.isOverdue)
    .map((each) => (
      <div key={each.id} className="warning" role="alert">
        <p>
          <a href={`#/review/${each.kind}s/${each.id}`}>{nameOf(each)}</a>
        </p>
        <p>{owedText(each.owed)}</p>
      </div>
    ));
}
