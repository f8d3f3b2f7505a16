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
    GET /clock-events
    GET /commands/{}
    GET /conflicts
    GET /devices
    GET /devices/{}
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
    GET /policy
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
  `,
  AE123S: `
    POST /stop
  `,
  A123: `
    POST /episodes/{}/withdraw-approval
    POST /sessions/{}/withdraw-approval
  `,
  AEST: `
    POST /speech
  `,
  AE123U: `
    GET /episodes/{}/consents
    GET /sessions/{}/consents
  `,
  AST: `
    PUT /announcements/{}/asset
    PUT /announcements/{}/recording
    POST /announcements
    POST /broadcasts/{}/correction
    POST /emergencies/{}/confirm
    POST /emergencies
    POST /interrupts/preview
    PUT /live/{}/chunks/{}
    POST /live/{}/end
    DELETE /regions/{}/policy
    PUT /regions/{}/policy
  `,
  AE: `
    POST /jobs/{}/cancel
    POST /jobs/{}/retry
    POST /renditions/{}/retry
  `,
  AS: `
    GET /calendar-links
    DELETE /calendar-links/{}
    POST /emergencies/cap
    PUT /policy
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
    GET /people
    GET /people/{}
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
    DELETE /people/{}/identity
    PUT /people/{}/identity
    POST /people/{}/invitation
    PUT /people/{}/roles
    DELETE /people/{}/second-factor
    DELETE /people/{}/sign-ins/{}
    DELETE /people/{}/tokens/{}
    POST /regions/import
    POST /signing-keys/rotate
    DELETE /software-channels/{}
    PUT /software-channels/{}
  `,
  E: `
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
