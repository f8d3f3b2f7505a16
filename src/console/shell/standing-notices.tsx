import { standingNotices } from "../api.js";
import { sentence } from "../server-words.js";
import { useSession } from "./session.ts";

/** Which of the server's settings are otherwise than shipped, to whoever answers for them, for as long as they are. */
export function StandingNotices() {
  useSession();
  return standingNotices().map((notice) => (
    <p key={notice} className="warning">
      {sentence(notice)}
    </p>
  ));
}
