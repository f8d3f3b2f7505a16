import { useParams } from "react-router";
import { Desk } from "./desk.tsx";
import { Queue } from "./queue.tsx";

/** What waits for a review, or one of it to be listened to. */
export default function Review() {
  const { kind, id } = useParams();
  if ((kind === "episodes" || kind === "sessions") && id !== undefined)
    return <Desk key={id} kind={kind} id={id} />;
  return <Queue />;
}
