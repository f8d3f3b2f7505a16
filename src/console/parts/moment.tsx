import { useTranslation } from "react-i18next";
import { momentText, relativeText } from "../format.js";
import { useNow } from "./now.ts";
import "./moment.css";

const EVERY_MS = 30_000;

/** A time of the county, and how far it is from now. */
export function Moment({ at }: { at: string }) {
  useTranslation();
  const now = useNow(EVERY_MS);
  return (
    <time dateTime={at} className="moment">
      {momentText(at)} <small>{relativeText(at, now)}</small>
    </time>
  );
}
