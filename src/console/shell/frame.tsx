import { Button } from "antd";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Location, useLocation } from "react-router";
import { may } from "../api.js";
import { OpenedDialogs } from "../parts/opened-dialogs.tsx";
import { SideDialog } from "../parts/side-dialog.tsx";
import { askToStopEverything } from "../parts/stop-dialogs.tsx";
import { followChanges } from "./change-stream.ts";
import { EmergencyBars } from "./emergency-bars.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { askAgain } from "./live-query.ts";
import { Navigation } from "./navigation.tsx";
import { NotLive } from "./not-live.tsx";
import { OnAirBar } from "./on-air-bar.tsx";
import { rolesMissingAt } from "./places.ts";
import { refreshPage } from "./refresh.ts";
import { Pages } from "./routes.tsx";
import { SampleBar } from "./sample-bar.tsx";
import { useSession } from "./session.ts";
import { Tools } from "./tools.tsx";

/** What is around every page: where one is, who is signed in, what is on the air, and 停播. */
export function Frame() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const shown = usePageLocation();
  /** Where the menu was opened: a page that was chosen in it is looked at. */
  const [menuAt, setMenuAt] = useState<string | null>(null);
  useSession();
  useEffect(() => followChanges(askAgain), []);

  return (
    <>
      <SkipLink />
      <Header onMenu={() => setMenuAt(pathname)} />
      {menuAt === pathname && (
        <SideDialog title={t("nav.label")} extra={<StopButton />} onClose={() => setMenuAt(null)}>
          <Navigation />
          <Tools isInMenu />
        </SideDialog>
      )}
      <div className="columns-of-page">
        <div className="side">
          <Navigation />
        </div>
        <main id="content" className={rolesMissingAt(shown.pathname) === null ? "" : "read-only"}>
          <ErrorBoundary key={shown.pathname}>
            <Pages location={shown} />
          </ErrorBoundary>
        </main>
      </div>
      <OpenedDialogs />
    </>
  );
}

/** Whose page is drawn. Another page is much to draw: the navigation says before where one is. */
function usePageLocation(): Location {
  const location = useLocation();
  const deferred = useDeferredValue(location);
  return location.pathname === deferred.pathname ? location : deferred;
}

function Header({ onMenu }: { onMenu: () => void }) {
  const { t } = useTranslation();
  const header = useRef<HTMLElement>(null);
  // What stays below the header needs to know how high it is: bars come and go in it.
  useEffect(() => {
    const { current } = header;
    if (!current) return;
    const watch = new ResizeObserver(() =>
      document.documentElement.style.setProperty("--header-height", `${current.offsetHeight}px`),
    );
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  return (
    <header ref={header} className="top">
      <div className="top-inner">
        <Button className="menu-button" onClick={onMenu}>
          {t("nav.menu")}
        </Button>
        <a className="brand" href="#/today">
          <span className="brand-name">{t("brand.name")}</span>
        </a>
        <Tools />
        <StopButton />
      </div>
      <div className="on-air-place">
        <OnAirBar />
      </div>
      <EmergencyBars />
      <SampleBar />
      <NotLive />
    </header>
  );
}

function StopButton() {
  const { t } = useTranslation();
  if (!may("everything:stop")) return null;
  return (
    <button
      type="button"
      className="stop"
      aria-label={t("stop.buttonLabel")}
      onClick={() => askToStopEverything(refreshPage)}
    >
      {t("stop.button")}
    </button>
  );
}

function SkipLink() {
  const { t } = useTranslation();
  return (
    <a
      className="skip"
      href="#content"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById("page-heading")?.focus();
      }}
    >
      {t("skip.toContent")}
    </a>
  );
}
