/**
 * What of each operation's objects a role reaches that may call it: written by hand, and held against the server by the role
 * matrix test. Every operation about something that its address names is in one of these.
 */
export const REACH = {
  /** A town's admin reaches it in the own area alone, and is told the area elsewhere. */
  area: `
    GET /broadcasts/{}/attendance/{}
    GET /broadcasts/{}/attendance/{}/check-in
    PUT /broadcasts/{}/attendance/{}/headcount
    POST /broadcasts/{}/correction
    POST /broadcasts/{}/stop
    PUT /announcements/{}/asset
    POST /announcements/{}/confirm
    PUT /announcements/{}/recording
    GET /devices/{}
    POST /devices/{}/enrolment-code
    GET /devices/{}/played
    GET /devices/{}/playlist
    GET /devices/{}/playlist-preview
    POST /devices/{}/revoke
    GET /devices/{}/twin
    PATCH /devices/{}/twin
    POST /emergencies/{}/confirm
    POST /emergencies/{}/stop
    PUT /live/{}/chunks/{}
    POST /live/{}/end
    GET /regions/{}/bundle
    GET /regions/{}/contacts
    PUT /regions/{}/contacts
    DELETE /regions/{}/policy
    PUT /regions/{}/policy
    GET /regions/{}/preview
  `,
  /** Somebody else's is not there, for an administrator neither. */
  own: `
    DELETE /me/deputies/{}
    DELETE /me/sign-ins/{}
    DELETE /me/tokens/{}
    DELETE /uploads/{}
    HEAD /uploads/{}
    PATCH /uploads/{}
  `,
  /** Of the whole county: whoever may call it reaches each of them. What is of single devices or people a town's admin reads of its own. */
  county: `
    GET /announcements/{}
    GET /broadcasts/{}
    GET /broadcasts/{}/attendance
    GET /broadcasts/{}/attendance/names
    GET /broadcasts/{}/correction
    GET /broadcasts/{}/feedback
    DELETE /calendar-links/{}
    GET /commands/{}
    GET /emergencies/{}
    GET /episodes/{}
    PATCH /episodes/{}
    POST /episodes/{}/comments
    PATCH /episodes/{}/comments/{}
    GET /episodes/{}/consents
    POST /episodes/{}/consents
    DELETE /episodes/{}/consents/{}
    PATCH /episodes/{}/consents/{}
    POST /episodes/{}/return
    GET /episodes/{}/review
    PUT /episodes/{}/segments/{}/asset
    PUT /episodes/{}/segments/{}/recording
    DELETE /episodes/{}/segments/{}/trim
    PUT /episodes/{}/segments/{}/trim
    POST /episodes/{}/signatures
    POST /episodes/{}/submit
    POST /episodes/{}/withdraw-approval
    GET /jobs/{}
    POST /jobs/{}/cancel
    POST /jobs/{}/retry
    POST /media-library/trash/{}/restore
    GET /people/{}
    GET /people/{}/deputies
    DELETE /people/{}/deputies/{}
    POST /people/{}/disable
    POST /people/{}/enable
    DELETE /people/{}/identity
    PUT /people/{}/identity
    POST /people/{}/invitation
    PUT /people/{}/roles
    DELETE /people/{}/second-factor
    GET /people/{}/sign-ins
    DELETE /people/{}/sign-ins/{}
    GET /people/{}/tokens
    DELETE /people/{}/tokens/{}
    GET /programmes/{}
    DELETE /programmes/{}/cover
    PUT /programmes/{}/cover
    PATCH /programmes/{}/review
    PATCH /programmes/{}/sound
    DELETE /programmes/{}/sound/{}
    PUT /programmes/{}/sound/{}
    GET /recordings/{}
    GET /regions/{}
    GET /regions/{}/calendar.ics
    GET /regions/{}/quiet-hours
    POST /regions/{}/calendar-links
    GET /regions/{}/policy
    POST /renditions/{}/retry
    GET /schedules/{}
    PUT /schedules/{}
    POST /schedules/{}/confirm
    POST /schedules/{}/end
    GET /schedules/{}/overrides
    GET /schedules/{}/preview
    GET /sessions/{}
    PATCH /sessions/{}
    PUT /sessions/{}/asset
    POST /sessions/{}/comments
    PATCH /sessions/{}/comments/{}
    GET /sessions/{}/consents
    POST /sessions/{}/consents
    DELETE /sessions/{}/consents/{}
    PATCH /sessions/{}/consents/{}
    PUT /sessions/{}/recording
    POST /sessions/{}/return
    GET /sessions/{}/review
    POST /sessions/{}/signatures
    POST /sessions/{}/submit
    DELETE /sessions/{}/trim
    PUT /sessions/{}/trim
    POST /sessions/{}/withdraw-approval
    DELETE /software-channels/{}
    PUT /software-channels/{}
  `,
} as const;
export type Reach = keyof typeof REACH;

const lines = (text: string): string[] => text.trim().split(/\s*\n\s*/);

/** By operation, as `GET /devices/{}`. */
export const REACH_OF: ReadonlyMap<string, Reach> = new Map(
  (Object.keys(REACH) as Reach[]).flatMap((reach) =>
    lines(REACH[reach]).map((each) => [each, reach] as const),
  ),
);

/**
 * What is not looking by its name, and yet done by whoever can interrupt without a second factor: stopping what is heard, and
 * seeing to the own account.
 */
const WITHOUT_FACTOR = new Set(
  lines(`
    POST /broadcasts/{}/stop
    POST /emergencies/{}/stop
    POST /stop
    POST /schedules/check
    POST /interrupts/preview
    PUT /me/password
    POST /me/recovery-codes
    POST /me/second-factor
    POST /me/second-factor/confirm
    POST /me/second-factor/remove
    POST /me/second-factor/use
    DELETE /me/sign-ins/{}
    POST /me/identity/confirm
    DELETE /me/deputies/{}
    POST /me/tokens
    DELETE /me/tokens/{}
    DELETE /sign-in
  `),
);
/** Looking, and yet only with it: names, what opens a hall's list or a calendar, and what a box is filled with. */
const LOOKING_WITH_FACTOR = new Set(
  lines(`
    GET /broadcasts/{}/attendance/names
    GET /broadcasts/{}/attendance/{}/check-in
    GET /calendar-links
    GET /contacts
    GET /regions/{}/contacts
    GET /regions/{}/bundle
  `),
);

/** Whether whoever can interrupt may do it in a sign-in without a second factor, as far as the roles include it. */
export const isWithoutFactor = (operation: string): boolean =>
  WITHOUT_FACTOR.has(operation) || (operation.startsWith("GET ") && !LOOKING_WITH_FACTOR.has(operation));
