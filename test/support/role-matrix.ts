/**
 * Who may call what: written by hand from what each office does, and held against the server by the role matrix test. A new
 * operation has to be entered here, too. `{}` stands for the values in a path.
 */

/** One letter for each role, so that a line stays a line. */
export const LETTERS = {
  A: "administrator",
  E: "editor",
  "1": "reviewer-1",
  "2": "reviewer-2",
  "3": "reviewer-3",
  S: "scheduler",
  T: "town-admin",
  U: "auditor",
} as const;

/** Roles, then what they may call. */
const DECLARED: Record<string, string> = {
  public: `
    POST /check-ins
    POST /check-ins/feedback
    POST /check-ins/look
    POST /invitations/accept
    POST /invitations/look
    GET /sign-in
    POST /sign-in
    POST /sign-in/oidc
    POST /sign-in/oidc/begin
  `,
  AE123STU: `
    GET /announcements
    GET /announcements/{}
    GET /broadcasts
    GET /broadcasts/why
    GET /broadcasts/{}
    GET /broadcasts/{}/correction
    GET /changes
    GET /clock-events
    GET /commands/{}
    GET /conflicts
    GET /devices
    GET /devices/counts
    GET /devices/{}
    GET /devices/{}/played
    GET /devices/{}/playlist
    GET /devices/{}/playlist-preview
    GET /devices/{}/twin
    GET /emergencies
    GET /emergencies/{}
    GET /episodes
    GET /episodes/{}
    GET /episodes/{}/review
    GET /jobs
    GET /jobs/events
    GET /jobs/{}
    GET /me
    PUT /me/password
    POST /me/recovery-codes
    POST /me/second-factor
    POST /me/second-factor/confirm
    POST /me/second-factor/remove
    POST /me/second-factor/use
    GET /me/sign-ins
    DELETE /me/sign-ins/{}
    GET /me/identity
    POST /me/identity/confirm
    GET /me/deputies
    DELETE /me/deputies/{}
    GET /me/tokens
    POST /me/tokens
    DELETE /me/tokens/{}
    GET /media-library
    GET /media-library/complaints
    GET /media-library/damage
    GET /media-library/garbage
    GET /media-library/orphans
    GET /media-library/trash
    GET /media-profiles
    GET /policy
    GET /policy/shortened-hours
    GET /outages
    GET /programmes
    GET /recordings/{}
    GET /programmes/{}
    GET /quarantined-reports
    GET /regions
    GET /regions/{}
    GET /regions/{}/calendar.ics
    GET /regions/{}/policy
    GET /regions/{}/preview
    GET /regions/{}/quiet-hours
    GET /sample
    GET /schedules
    POST /schedules/check
    GET /schedules/export
    GET /schedules/{}
    GET /schedules/{}/overrides
    GET /schedules/{}/preview
    GET /review-queue
    GET /sessions
    GET /sessions/{}
    GET /sessions/{}/review
    GET /software-channels
    GET /timetable
    DELETE /sign-in
    GET /warnings
  `,
  AE123ST: `
    POST /broadcasts/{}/stop
    POST /emergencies/{}/stop
  `,
  AE123SU: `
    GET /registers/approvals
    GET /registers/broadcasts
    GET /registers/proof
  `,
  AE123S: `
    POST /stop
  `,
  A123: `
    POST /episodes/{}/withdraw-approval
    POST /sessions/{}/withdraw-approval
  `,
  AESTU: `
    GET /broadcasts/{}/attendance
    GET /broadcasts/{}/attendance/{}
    GET /broadcasts/{}/feedback
  `,
  AE123U: `
    GET /episodes/{}/consents
    GET /sessions/{}/consents
  `,
  AST: `
    POST /attendance/people/search
    GET /broadcasts/{}/attendance/names
    GET /broadcasts/{}/attendance/{}/check-in
    PUT /broadcasts/{}/attendance/{}/headcount
    PUT /announcements/{}/asset
    POST /announcements/{}/confirm
    PUT /announcements/{}/recording
    POST /announcements
    POST /broadcasts/{}/correction
    POST /emergencies/{}/confirm
    POST /emergencies
    POST /interrupts/preview
    PUT /live/{}/chunks/{}
    POST /live/{}/end
    GET /contacts
    GET /regions/{}/contacts
    PUT /regions/{}/contacts
    DELETE /regions/{}/policy
    PUT /regions/{}/policy
  `,
  AEST: `
    POST /speech
    HEAD /uploads/{}
    PATCH /uploads/{}
    DELETE /uploads/{}
  `,
  AE: `
    POST /jobs/{}/cancel
    POST /jobs/{}/retry
    POST /renditions/{}/retry
  `,
  AS: `
    POST /attendance/people/erase
    GET /calendar-links
    DELETE /calendar-links/{}
    POST /emergencies/cap
    PUT /policy
    POST /policy/shortened-hours/confirm
    POST /schedules/{}/confirm
    POST /regions/{}/calendar-links
  `,
  AT: `
    POST /devices
    POST /devices/bulk
    PATCH /devices/twins
    PATCH /devices/{}/twin
    POST /devices/{}/enrolment-code
    POST /devices/{}/revoke
    GET /regions/{}/bundle
  `,
  AU: `
    GET /audit
    GET /audit/export
    GET /audit/head
    GET /audit/why
    GET /backups
    GET /broker
    GET /people
    GET /people/access-given
    GET /people/{}
    GET /people/{}/deputies
    GET /people/{}/sign-ins
    GET /people/{}/tokens
    GET /signing-keys
  `,
  123: `
    POST /me/deputies
    POST /episodes/{}/return
    POST /episodes/{}/signatures
    POST /sessions/{}/return
    POST /sessions/{}/signatures
  `,
  E123: `
    POST /episodes/{}/comments
    PATCH /episodes/{}/comments/{}
    POST /sessions/{}/comments
    PATCH /sessions/{}/comments/{}
  `,
  A: `
    POST /backups
    POST /media-library/collect
    POST /media-library/scrub
    DELETE /media-library/trash
    POST /media-library/trash/{}/restore
    PATCH /programmes/{}/review
    POST /people
    POST /people/{}/disable
    POST /people/{}/enable
    DELETE /people/{}/deputies/{}
    DELETE /people/{}/identity
    PUT /people/{}/identity
    POST /people/{}/invitation
    PUT /people/{}/roles
    DELETE /people/{}/second-factor
    DELETE /people/{}/sign-ins/{}
    DELETE /people/{}/tokens/{}
    POST /contacts/import
    POST /regions/import
    DELETE /sample
    POST /sample
    POST /signing-keys/rotate
    DELETE /software-channels/{}
    PUT /software-channels/{}
  `,
  E: `
    POST /uploads
    POST /episodes
    PATCH /episodes/{}
    PUT /episodes/{}/segments/{}/asset
    PUT /episodes/{}/segments/{}/recording
    DELETE /episodes/{}/segments/{}/trim
    PUT /episodes/{}/segments/{}/trim
    POST /episodes/{}/consents
    DELETE /episodes/{}/consents/{}
    PATCH /episodes/{}/consents/{}
    POST /episodes/{}/submit
    DELETE /programmes/{}/cover
    PUT /programmes/{}/cover
    PATCH /programmes/{}/sound
    DELETE /programmes/{}/sound/{}
    PUT /programmes/{}/sound/{}
    POST /sessions
    PATCH /sessions/{}
    PUT /sessions/{}/asset
    PUT /sessions/{}/recording
    DELETE /sessions/{}/trim
    PUT /sessions/{}/trim
    POST /sessions/{}/consents
    DELETE /sessions/{}/consents/{}
    PATCH /sessions/{}/consents/{}
    POST /sessions/{}/submit
  `,
  S: `
    POST /schedules
    POST /schedules/import
    PUT /schedules/{}
    POST /schedules/{}/end
  `,
};

/** By operation, as `POST /stop`, the letters of who may call it; `public` for strangers, too. */
export const ROLE_MATRIX: ReadonlyMap<string, string> = new Map(
  Object.entries(DECLARED).flatMap(([who, operations]) =>
    operations
      .trim()
      .split(/\s*\n\s*/)
      .map((operation) => [operation, who] as const),
  ),
);

/**
 * Outside of the API: whom an operation is for. No role opens what is for a device, for the broker, or for who holds a secret
 * of its own.
 */
export const OUTSIDE_MATRIX: Readonly<Record<string, "anybody" | "device" | "broker" | "holder" | "reader">> =
  {
    "GET /healthz": "anybody",
    "GET /readyz": "anybody",
    "GET /.well-known/jwks.json": "anybody",
    "POST /device/v1/enroll": "holder",
    "GET /calendar.ics": "holder",
    "GET /device/v1/time": "device",
    "GET /device/v1/keys": "device",
    "GET /device/v1/playlist": "device",
    "GET /device/v1/live/{}": "device",
    "POST /mqtt/auth": "broker",
    "POST /mqtt/superuser": "broker",
    "POST /mqtt/acl": "broker",
    "POST /mqtt/rabbitmq/user": "broker",
    "POST /mqtt/rabbitmq/vhost": "broker",
    "POST /mqtt/rabbitmq/resource": "broker",
    "POST /mqtt/rabbitmq/topic": "broker",
    "GET /media/{}": "reader",
  };

/** Pages and what they are made of, in no document: data comes from the API. */
export const PUBLIC_PAGES = ["/", "/signed-in", "/api/docs", "/api/docs/json", "/terminal/", "/check-in/"];
