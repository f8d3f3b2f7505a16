import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { FactorWarnings } from "./factor-warnings.tsx";
import { ReadOnlyNote } from "./read-only-note.tsx";
import { StandingNotices } from "./standing-notices.tsx";

let isFirstPage = true;

/** A page that somebody came to begins at its top, and a screen reader reads its name; not the one that was opened. */
function useArrival(heading: RefObject<HTMLHeadingElement | null>): void {
  useEffect(() => {
    if (isFirstPage) {
      isFirstPage = false;
      return;
    }
    scrollTo(0, 0);
    heading.current?.focus();
  }, [heading]);
}

/** @param headingRef of a heading that somebody else writes; then without a `title` */
export function Page({
  title,
  headingRef,
  children,
}: {
  title?: string;
  headingRef?: RefObject<HTMLHeadingElement | null>;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const own = useRef<HTMLHeadingElement>(null);
  const heading = headingRef ?? own;
  const { pathname } = useLocation();
  useArrival(heading);
  useEffect(() => {
    if (title !== undefined) document.title = t("title.page", { page: title });
  }, [title, t]);
  return (
    <>
      <h1 ref={heading} id="page-heading" tabIndex={-1}>
        {title}
      </h1>
      <FactorWarnings />
      <StandingNotices />
      <ReadOnlyNote here={pathname} />
      {children}
    </>
  );
}
