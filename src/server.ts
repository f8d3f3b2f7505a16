import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { v7 as uuidv7 } from "uuid";
import { registerAudit } from "./audit/audit-hooks.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import { backupRoutes } from "./backup/backup-routes.ts";
import { broadcastRoutes } from "./broadcasts/broadcast-routes.ts";
import { calendarLinkRoutes, calendarRoutes } from "./calendars/calendar-routes.ts";
import { type Clock, MINUTE_MS } from "./clock.ts";
import type { Config } from "./config.ts";
import { consentRoutes } from "./consents/consent-routes.ts";
import { brokerAuthRoutes } from "./delivery/broker-auth-routes.ts";
import { serveWebSocket } from "./delivery/broker-websocket.ts";
import { bundleRoutes } from "./delivery/bundle-routes.ts";
import { deviceKeyRoutes, keyRoutes } from "./delivery/key-routes.ts";
import { playlistRoutes } from "./delivery/playlist-routes.ts";
import { rabbitmqAuthRoutes } from "./delivery/rabbitmq-auth-routes.ts";
import { deviceLinkRoutes } from "./devices/device-link-routes.ts";
import { deviceRoutes } from "./devices/device-routes.ts";
import { softwareChannelRoutes } from "./devices/software-channel-routes.ts";
import { twinRoutes } from "./devices/twin-routes.ts";
import { episodeRoutes } from "./episodes/episode-routes.ts";
import { interruptPreviewRoutes } from "./explanations/interrupt-preview-routes.ts";
import { previewRoutes } from "./explanations/preview-routes.ts";
import { whyRoutes } from "./explanations/why-routes.ts";
import { answerBrokenRequest } from "./http/client-error.ts";
import { consoleRoutes } from "./http/console.ts";
import { healthRoutes } from "./http/health.ts";
import { mediaAccess } from "./http/media-access.ts";
import { registerOpenApi } from "./http/openapi.ts";
import { demandActs, guardPermissions } from "./http/permission-guard.ts";
import { answerBrokenAddress, registerProblems } from "./http/problem.ts";
import { guardAgainstForgery, registerSecurity } from "./http/security.ts";
import { signInGuard, whoAsksBy } from "./http/sign-in-guard.ts";
import { validatorCompiler } from "./http/validation.ts";
import { announcementRoutes } from "./interrupts/announcement-routes.ts";
import { emergencyRoutes } from "./interrupts/emergency-routes.ts";
import { liveLinkRoutes } from "./interrupts/live/live-link-routes.ts";
import { liveRoutes } from "./interrupts/live/live-routes.ts";
import { stopRoutes } from "./interrupts/stop-routes.ts";
import { housekeepingRoutes } from "./media/housekeeping/housekeeping-routes.ts";
import { jobRoutes } from "./media/jobs/job-routes.ts";
import { mediaRoutes } from "./media/media-routes.ts";
import { recordingRoutes } from "./media/recording-routes.ts";
import { renditionRoutes } from "./media/rendition-routes.ts";
import { resumableRoutes } from "./media/resumable-routes.ts";
import { outageRoutes } from "./outages/outage-routes.ts";
import { accountRoutes } from "./people/account-routes.ts";
import { deputyRoutes } from "./people/deputy-routes.ts";
import { identityRoutes } from "./people/identity-routes.ts";
import { oidcRoutes } from "./people/oidc-routes.ts";
import { peopleRoutes } from "./people/people-routes.ts";
import { secondFactorRoutes } from "./people/second-factor-routes.ts";
import { signInRoutes } from "./people/sign-in-routes.ts";
import { programmeRoutes } from "./programmes/programme-routes.ts";
import { regionRoutes } from "./regions/region-routes.ts";
import { registerRoutes } from "./registers/register-routes.ts";
import { reportRoutes } from "./reports/report-routes.ts";
import { reviewQueueRoutes } from "./review/review-routes.ts";
import { exchangeRoutes } from "./schedules/exchange-routes.ts";
import { policyRoutes } from "./schedules/policy-routes.ts";
import { scheduleRoutes } from "./schedules/schedule-routes.ts";
import type { Services } from "./services.ts";
import { sessionRoutes } from "./sessions/session-routes.ts";
import { speechRoutes } from "./speech/speech-routes.ts";
import { warningRoutes } from "./warnings/warning-routes.ts";

export interface ServerOptions {
  services: Services;
  config: Config;
  log: FastifyBaseLogger;
  clock: Clock;
  version: string;
}

const IDLE_CONNECTION_MS = 2 * MINUTE_MS;

/** The HTTP surface: what everybody meets first, then the operators' API, then the devices' side, then the console. */
export async function createServer({
  services,
  config,
  log,
  clock,
  version,
}: ServerOptions): Promise<FastifyInstance> {
  const { people, passwords, signIns, secondFactors, apiTokens, devices, media, schedules, signer } =
    services;
  const { secondFactorRequired, signInsPerMinute: attemptsPerMinute } = config;
  const whoAsks = whoAsksBy({ signIns, apiTokens });
  const secureCookies = config.publicUrl?.startsWith("https:") ?? false;
  const { signInLimits } = config;
  const me = { signIns, secondFactors, secondFactorRequired, signInLimits, secureCookies };
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    genReqId: () => uuidv7(),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    // An upload over a village's link takes as long as it takes, but not when nothing moves any more.
    requestTimeout: 0,
    connectionTimeout: IDLE_CONNECTION_MS,
    forceCloseConnections: "idle",
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerBrokenAddress,
  });
  app.decorateRequest("signIn", null);
  app.setValidatorCompiler(validatorCompiler);
  registerProblems(app);
  registerAudit(app, services.audit);
  demandActs(app);
  await registerSecurity(app, {
    rateLimitPerMinute: config.rateLimitPerMinute,
    secureCookies,
    csrfKey: services.settings.secret("csrf-key"),
  });
  await registerOpenApi(app, version);
  await app.register(healthRoutes, {
    checks: {
      broker: () => (services.link.online ? null : "not connected"),
      media: services.housekeeping.problem,
    },
    notices: { backup: services.backups.problem },
  });

  await app.register(
    async (api) => {
      await api.register(signInRoutes, { ...me, passwords, attemptsPerMinute });
      await api.register(oidcRoutes, {
        ...me,
        oidc: services.oidc,
        passwordSignIn: config.passwordSignIn,
        attemptsPerMinute,
      });
      await api.register(async (guarded) => {
        guarded.addHook("onRequest", signInGuard(whoAsks));
        guardAgainstForgery(guarded);
        guardPermissions(guarded, { secondFactorRequired });
        await guarded.register(accountRoutes, { ...me, passwords, apiTokens, attemptsPerMinute });
        await guarded.register(secondFactorRoutes, { signIns, secondFactors, attemptsPerMinute });
        await guarded.register(deputyRoutes, { deputies: services.deputies });
        await guarded.register(peopleRoutes, { people, signIns, apiTokens, publicUrl: config.publicUrl });
        await guarded.register(identityRoutes, { people });
        await guarded.register(regionRoutes, { regions: services.regions });
        await guarded.register(deviceRoutes, { devices });
        await guarded.register(bundleRoutes, { bundles: services.bundles });
        await guarded.register(twinRoutes, { devices, twins: services.twins });
        await guarded.register(softwareChannelRoutes, { channels: services.softwareChannels });
        await guarded.register(reportRoutes, { reports: services.reports });
        await guarded.register(outageRoutes, { outages: services.outages });
        await guarded.register(keyRoutes, { keys: services.keys });
        await guarded.register(programmeRoutes, { programmes: services.programmes });
        await guarded.register(episodeRoutes, {
          episodes: services.episodes,
          programmes: services.programmes,
          reviews: services.reviews,
          consents: services.consents,
          media,
        });
        await guarded.register(sessionRoutes, {
          sessions: services.sessions,
          programmes: services.programmes,
          reviews: services.reviews,
          consents: services.consents,
          media,
        });
        await guarded.register(consentRoutes, { consents: services.consents });
        await guarded.register(reviewQueueRoutes, { reviews: services.reviews });
        await guarded.register(resumableRoutes, {
          uploads: services.uploads,
          announcementAreas: (id) => services.announcements.get(id).broadcast.areas,
        });
        await guarded.register(recordingRoutes, { media });
        await guarded.register(speechRoutes, { speech: services.speech });
        await guarded.register(renditionRoutes, { media });
        await guarded.register(jobRoutes, { media, clock, whoAsks });
        await guarded.register(housekeepingRoutes, { housekeeping: services.housekeeping });
        await guarded.register(scheduleRoutes, { schedules });
        await guarded.register(policyRoutes, { policy: services.policy });
        await guarded.register(exchangeRoutes, { exchange: services.exchange });
        await guarded.register(calendarRoutes, {
          calendars: services.calendars,
          publicUrl: config.publicUrl,
        });
        const regionOf = (id: string) => devices.get(id).regionCode;
        await guarded.register(previewRoutes, {
          previews: services.previews,
          regionOf,
          clock,
          zone: config.zone,
        });
        await guarded.register(interruptPreviewRoutes, { previewInterrupt: services.previewInterrupt });
        await guarded.register(whyRoutes, { whys: services.whys, regionOf, zone: config.zone });
        await guarded.register(registerRoutes, { registers: services.registers, zone: config.zone });
        await guarded.register(auditRoutes, {
          audit: services.audit,
          whys: services.whys,
          zone: config.zone,
        });
        await guarded.register(backupRoutes, { backups: services.backups });
        await guarded.register(broadcastRoutes, { ...services, clock });
        await guarded.register(announcementRoutes, {
          announcements: services.announcements,
          corrections: services.corrections,
          media,
        });
        await guarded.register(liveRoutes, {
          live: services.live,
          announcements: services.announcements,
          media,
        });
        await guarded.register(emergencyRoutes, {
          cap: services.cap,
          emergencies: services.emergencies,
          media,
        });
        await guarded.register(stopRoutes, { stopEverything: services.stopEverything });
        await guarded.register(warningRoutes, {
          warnings: services.warnings,
          conflicts: services.conflicts,
        });
      });
    },
    { prefix: "/api/v1" },
  );

  await app.register(calendarLinkRoutes, { calendars: services.calendars });
  await app.register(deviceLinkRoutes, {
    devices,
    clock,
    keys: services.keys,
    brokerUrls: (hostname) => publicBrokerUrls(services, config, hostname),
    enrolmentsPerMinute: config.enrolmentsPerMinute,
  });
  await app.register(deviceKeyRoutes, { keys: services.keys, devices });
  await app.register(playlistRoutes, {
    playlists: services.playlists,
    signer,
    devices,
    atOnce: config.playlistsAtOnce,
  });
  await app.register(liveLinkRoutes, { live: services.live, devices });
  if (config.mqttAuthSecret !== null) {
    const { brokerAccess: access } = services;
    const brokerAuth = { access, secret: config.mqttAuthSecret, allow: config.mqttAuthAllow };
    await app.register(brokerAuthRoutes, brokerAuth);
    await app.register(rabbitmqAuthRoutes, brokerAuth);
  }
  await app.register(mediaRoutes, {
    library: services.library,
    service: media,
    accelPrefix: config.mediaAccelPrefix,
    clock,
    authorize: mediaAccess({ secret: services.mediaSecret, devices, whoAsks, clock }),
  });
  await app.register(consoleRoutes);
  const { embedded } = services;
  if (embedded) {
    const endWebSocket = serveWebSocket({ http: app.server, accept: embedded.accept });
    app.addHook("preClose", async () => endWebSocket());
  }
  return app;
}

/** What a device that enrolled at `hostname` is told: the embedded broker is on the same machine. */
function publicBrokerUrls({ embedded, brokerUrls }: Services, config: Config, hostname: string): string[] {
  if (config.mqttPublicUrls.length > 0) return config.mqttPublicUrls;
  if (!embedded) return brokerUrls;
  const { port, tlsPort } = embedded;
  return [tlsPort === null ? `mqtt://${hostname}:${port}` : `mqtts://${hostname}:${tlsPort}`];
}
