import type { Static } from "typebox";
import type { AttendanceView, SiteCountView } from "../attendance/attendance-view.ts";
import type { Entry, Head, Whys } from "../audit/audit-view.ts";
import type { BackupsView, BackupView } from "../backup/backup-view.ts";
import type {
  BroadcastDetail,
  BroadcastView,
  ScheduleCheck as ScheduleCheckView,
} from "../broadcasts/broadcast-view.ts";
import type { LinkView, NewLinkView } from "../calendars/calendar-link-view.ts";
import type { QuietDayView, TimetableView } from "../calendars/timetable-view.ts";
import type { ConsentsView } from "../consents/consent-view.ts";
import type { BrokerView } from "../delivery/broker-view.ts";
import type { SigningKeys as SigningKeysView } from "../delivery/key-view.ts";
import type { PlaylistAnswer } from "../delivery/playlist-view.ts";
import type { CountsAnswer, DeviceAnswer, IssuedCode } from "../devices/device-view.ts";
import type { ChannelsAnswer } from "../devices/software-channel-view.ts";
import type { ManyAnswer, TwinAnswer } from "../devices/twin-view.ts";
import type { EpisodeView } from "../episodes/episode-view.ts";
import type { InterruptPreviewView } from "../explanations/interrupt-preview-view.ts";
import type { WhyView } from "../explanations/why-view.ts";
import type { EmergencyBody } from "../interrupts/emergency-view.ts";
import type { AnnouncementView, CorrectionView } from "../interrupts/interrupt-view.ts";
import type { Finding as EarFinding } from "../media/ear/findings.ts";
import type { ProfileView } from "../media/profile-view.ts";
import type { RecordingView } from "../media/recording.ts";
import type { OutageView } from "../outages/outage-view.ts";
import type { DeputySchema } from "../people/deputy-view.ts";
import type {
  InvitationSchema,
  LinkSchema,
  Me as MeView,
  PersonSchema,
  SignInSchema,
  TokenSchema,
} from "../people/person-view.ts";
import type { ProgrammeView } from "../programmes/programme-view.ts";
import type { Policy } from "../protocol/messages.ts";
import type { RegionContactView } from "../regions/contact-view.ts";
import type { ApprovalLine, BroadcastLine, TownLine } from "../registers/register-view.ts";
import type { PlayedBroadcast as PlayedView, QuarantinedReport } from "../reports/report-view.ts";
import type { QueueView } from "../review/review-queue-view.ts";
import type { CaseView, ReviewView } from "../review/review-view.ts";
import type { SampleView } from "../sample/sample-view.ts";
import type { ConflictView, ScheduleConflictView } from "../schedules/conflict-view.ts";
import type { ImportReport } from "../schedules/exchange-view.ts";
import type { OwnAreaPolicy as OwnPolicy } from "../schedules/policy-schemas.ts";
import type { AreaPolicyAnswer, ShortenedHoursView } from "../schedules/policy-view.ts";
import type { ScheduleView } from "../schedules/schedule-view.ts";
import type { SessionView } from "../sessions/session-view.ts";
import type { ClockEventView, WarningView } from "../warnings/warning-view.ts";

/** What the API answers with, as the server's own schemas have it. */

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type RegionContact = Static<typeof RegionContactView>;
export type Contact = Omit<RegionContact, "regionCode">;
export type Broadcast = Static<typeof BroadcastView>;
export type BroadcastWithProof = Static<typeof BroadcastDetail>;
export type DeviceProof = BroadcastWithProof["devices"]["items"][number];
export type EmptyDate = Static<typeof WarningView>;
export type Conflict = Static<typeof ScheduleConflictView>;
export type Schedule = Static<typeof ScheduleView>;
export type ShortenedHours = Static<typeof ShortenedHoursView>;
export type ClockEvent = Static<typeof ClockEventView>;
export type Outage = Static<typeof OutageView>;
export type AuditEntry = Static<typeof Entry>;
export type AuditHead = Static<typeof Head>;
export type Responsibility = Static<typeof Whys>;
export type Backup = Static<typeof BackupView>;
export type Backups = Static<typeof BackupsView>;
export type { ScheduleDefinition } from "../schedules/schedule.ts";
export type ScheduleCheck = Static<typeof ScheduleCheckView>;
export type NextDate = ScheduleCheck["nextDates"][number];
export type ConflictOfOne = Static<typeof ConflictView>;
export type Timetable = Static<typeof TimetableView>;
export type TimetableEntry = Timetable["entries"][number];
export type CalendarDay = Timetable["days"][number];
export type QuietDay = Static<typeof QuietDayView>;
export type CountyPolicy = Static<typeof Policy>;
export type ScheduleImport = Static<typeof ImportReport>;
export type CalendarLink = Static<typeof LinkView>;
export type NewCalendarLink = Static<typeof NewLinkView>;
export type Programme = Static<typeof ProgrammeView>;
export type Episode = Static<typeof EpisodeView>;
export type Session = Static<typeof SessionView>;
export type Content = Episode | Session;
export type Recording = Static<typeof RecordingView>;
export type Rendition = Recording["renditions"][number];
export type Finding = Static<typeof EarFinding>;
export type Review = Static<typeof ReviewView>;
export type ReviewCase = Static<typeof CaseView>;
export type ReviewAct = ReviewCase["acts"][number];
export type ReviewComment = ReviewCase["comments"][number];
export type ReviewQueue = Static<typeof QueueView>;
export type Consents = Static<typeof ConsentsView>;
export type Consent = Consents["items"][number];
export type Me = Static<typeof MeView>;
export type Person = Static<typeof PersonSchema>;
export type Invitation = Static<typeof InvitationSchema>;
export type ProviderLink = Static<typeof LinkSchema>;
export type SignInRecord = Static<typeof SignInSchema>;
export type ApiToken = Static<typeof TokenSchema>;
export type Deputy = Static<typeof DeputySchema>;
export type Device = Static<typeof DeviceAnswer>;
export type EnrolmentCode = Static<typeof IssuedCode>;
export type DeviceCounts = Static<typeof CountsAnswer>["items"][number];
export type Twin = Static<typeof TwinAnswer>;
export type TwinField = Twin["drift"][number]["field"];
export type TwinSettings = Pick<
  Twin["desired"],
  "volume" | "maxKbps" | "softwareChannel" | "groups" | "tags"
>;
export type ManyResult = Static<typeof ManyAnswer>["items"][number];
export type SoftwareChannel = Static<typeof ChannelsAnswer>["items"][number];
export type DevicePlaylist = Static<typeof PlaylistAnswer>;
export type PlayedBroadcast = Static<typeof PlayedView>;
export type Misfit = Static<typeof QuarantinedReport>;
export type SigningKeys = Static<typeof SigningKeysView>;
export type Why = Static<typeof WhyView>;
export type AreaPolicy = Static<typeof AreaPolicyAnswer>;
export type PolicyOrigins = AreaPolicy["origins"];
export type OwnAreaPolicy = Static<typeof OwnPolicy>;
export type QuietHours = CountyPolicy["quietHours"][number];
export type MediaProfile = Static<typeof ProfileView>;
export type Broker = Static<typeof BrokerView>;
export type RegisterBroadcast = Static<typeof BroadcastLine>;
export type RegisterApproval = Static<typeof ApprovalLine>;
export type TownProof = Static<typeof TownLine>;
export type Attendance = Static<typeof AttendanceView>;
export type AttendedSite = Static<typeof SiteCountView>;
export type Announcement = Static<typeof AnnouncementView>;
export type Correction = Static<typeof CorrectionView>;
export type Emergency = Static<typeof EmergencyBody>;
export type InterruptPreview = Static<typeof InterruptPreviewView>;
export type SampleData = Static<typeof SampleView>;
