import { useEffect, useState } from "react";
import { serverNow } from "../api.js";

const SECOND_MS = 1000;

/** The server's time, epoch ms, anew every second or as often as it is asked for. */
export function useNow(everyMs = SECOND_MS): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
