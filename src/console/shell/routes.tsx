import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { type Location, Navigate, Route, Routes } from "react-router";
import { Empty, Loading } from "../parts/notices.tsx";
import { Page } from "./page.tsx";
import { withTexts } from "./texts.ts";

const Today = lazy(() => import("../pages/today/today.tsx"));
const Calendar = lazy(() => withTexts("calendar", () => import("../pages/calendar/calendar.tsx")));
const Schedules = lazy(() => withTexts("calendar", () => import("../pages/calendar/schedules.tsx")));
const ScheduleEditor = lazy(() => withTexts("calendar", () => import("../pages/calendar/schedule.tsx")));
const Sharing = lazy(() => withTexts("calendar", () => import("../pages/calendar/sharing.tsx")));
const Audit = lazy(() => withTexts("operation", () => import("../pages/audit/audit.tsx")));
const Programmes = lazy(() => withTexts("media", () => import("../pages/programmes/programmes.tsx")));
const ContentPage = lazy(() => withTexts("media", () => import("../pages/content/content.tsx")));
const Review = lazy(() => withTexts("media", () => import("../pages/review/review.tsx")));
const People = lazy(() => withTexts("people", () => import("../pages/people/people.tsx")));
const PersonPage = lazy(() => withTexts("people", () => import("../pages/people/person.tsx")));
const Account = lazy(() => withTexts("people", () => import("../pages/people/account.tsx")));
const Devices = lazy(() => withTexts("devices", () => import("../pages/devices/devices.tsx")));
const DevicePage = lazy(() => withTexts("devices", () => import("../pages/devices/device.tsx")));
const Outages = lazy(() => withTexts("devices", () => import("../pages/devices/outages.tsx")));
const Quarantine = lazy(() => withTexts("devices", () => import("../pages/devices/quarantine.tsx")));
const Software = lazy(() => withTexts("devices", () => import("../pages/devices/software.tsx")));
const BroadcastPage = lazy(() => import("../pages/broadcast/broadcast.tsx"));
const Announcements = lazy(() => import("../pages/announcements/announcements.tsx"));
const Emergencies = lazy(() => import("../pages/announcements/emergencies.tsx"));
const Reports = lazy(() =>
  withTexts("reports", () => withTexts("media", () => import("../pages/reports/reports.tsx"))),
);
const Areas = lazy(() => withTexts("settings", () => import("../pages/settings/areas.tsx")));
const ProgrammeRules = lazy(() =>
  withTexts("settings", () => withTexts("media", () => import("../pages/settings/programme-rules.tsx"))),
);
const Profiles = lazy(() =>
  withTexts("settings", () => withTexts("media", () => import("../pages/settings/profiles.tsx"))),
);
const Keys = lazy(() => withTexts("settings", () => import("../pages/settings/keys.tsx")));
const BrokerPage = lazy(() => withTexts("settings", () => import("../pages/settings/broker.tsx")));
const Backups = lazy(() =>
  withTexts("settings", () => withTexts("operation", () => import("../pages/backups/backups.tsx"))),
);

/** Each page is a script of its own, loaded when somebody comes to it. */
export function Pages({ location }: { location: Location }) {
  return (
    <Suspense fallback={<Loading />}>
      <Routes location={location}>
        <Route index element={<Today />} />
        <Route path="today" element={<Today />} />
        <Route path="calendar" element={<Calendar />} />
        <Route path="calendar/schedules" element={<Schedules />} />
        <Route path="calendar/schedules/:id" element={<ScheduleEditor />} />
        <Route path="calendar/sharing" element={<Sharing />} />
        <Route path="programmes/:id?" element={<Programmes />} />
        <Route path="episodes/:id" element={<ContentPage kind="episodes" />} />
        <Route path="sessions/:id" element={<ContentPage kind="sessions" />} />
        <Route path="review/:kind?/:id?" element={<Review />} />
        <Route path="devices" element={<Devices />} />
        <Route path="devices/outages" element={<Outages />} />
        <Route path="devices/quarantine/:id?" element={<Quarantine />} />
        <Route path="devices/software" element={<Software />} />
        <Route path="devices/:id" element={<DevicePage />} />
        <Route path="announcements" element={<Announcements />} />
        <Route path="announcements/emergencies" element={<Emergencies />} />
        <Route path="audit" element={<Audit />} />
        <Route path="people" element={<People />} />
        <Route path="people/:id" element={<PersonPage />} />
        <Route path="account" element={<Account />} />
        <Route path="broadcasts/:id" element={<BroadcastPage />} />
        <Route path="reports/:part?" element={<Reports />} />
        <Route path="settings" element={<Navigate to="/settings/areas" replace />} />
        <Route path="settings/areas" element={<Areas />} />
        <Route path="settings/programmes" element={<ProgrammeRules />} />
        <Route path="settings/profiles" element={<Profiles />} />
        <Route path="settings/keys" element={<Keys />} />
        <Route path="settings/broker" element={<BrokerPage />} />
        <Route path="settings/backups" element={<Backups />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}

function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("notFound.title")}>
      <Empty what="notFound.title" hint="notFound.hint" />
    </Page>
  );
}
