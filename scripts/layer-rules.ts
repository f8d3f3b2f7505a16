import type { ICruiseOptions, IFlattenedRuleSet, IForbiddenRuleType } from "dependency-cruiser";

/** The direction rules of the house; `check-layers.ts` runs them and fails when nothing was inspected. */

const DOMAINS =
  "regions|people|programmes|episodes|sessions|media|speech|review|consents|schedules|broadcasts|interrupts|calendars|attendance|warnings|devices|delivery|outages|reports|explanations|registers|audit|backup|changes|sample";

/** A package that only the named files may import: one owner each. */
const owner = (name: string, packagePattern: string, owners: string): IForbiddenRuleType => ({
  name: `one-owner-${name}`,
  severity: "error",
  from: { path: "^src/", pathNot: owners },
  to: { path: packagePattern },
});

export const ruleSet: IFlattenedRuleSet = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "protocol-imports-nothing-of-src",
      severity: "error",
      from: { path: "^src/protocol/" },
      to: { path: "^(src|devices)/", pathNot: "^src/protocol/" },
    },
    {
      name: "devices-import-only-the-protocol",
      severity: "error",
      from: { path: "^devices/" },
      to: { path: "^src/", pathNot: "^src/protocol/" },
    },
    {
      name: "server-knows-no-device-program",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^devices/" },
    },
    {
      name: "stores-stay-inside-their-domain",
      comment:
        "A domain calls another's service, never its store; only the composition root sees all of them.",
      severity: "error",
      from: { path: `^src/(${DOMAINS})/` },
      to: {
        path: `^src/(${DOMAINS})/.*-store\\.ts$`,
        pathNot: "^src/$1/",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "routes-only-from-routes-and-the-root",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(app|server|device-side)\\.ts$|-routes\\.ts$" },
      to: { path: "-routes\\.ts$" },
    },
    {
      name: "console-imports-only-types-and-shared-rules-of-the-server",
      comment: "It runs in a browser; these rules are pure, and import nothing but types.",
      severity: "error",
      from: { path: "^src/console/" },
      to: {
        path: "^src/",
        pathNot: "^src/(console/|schedules/(said-of-slot|seasons)\\.ts$)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "server-imports-nothing-of-the-console",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/console/" },
      to: { path: "^src/console/" },
    },
    {
      name: "rules-are-pure",
      comment: "Pure files import types, errors, protocol and the calendar.",
      severity: "error",
      from: {
        path: "^src/(schedules/(rule|rule-days|said-of-slot|seasons|skipped-days|rule-check|rule-pointer|exception-check|past-check|day|wall-clock|area-policy|conflicts/[^/]+)|broadcasts/(broadcast|assignment|targets|minutes-over)|calendars/calendar|attendance/attendance|warnings/(empty-dates|clock-watch)|delivery/(airing|playlist-entries)|explanations/(verdict|slot-verdict)|interrupts/emergency|outages/outage|devices/flapping|people/(permissions|role-mapping)|review/(review|review-rules|hearing|digest)|consents/consent|registers/register-document|audit/(audit-entry|refusal-quota|responsibility)|backup/backup|reports/proof|regions/region|episodes/episode)\\.ts$",
      },
      to: {
        path: "^src/",
        pathNot:
          "^src/(protocol/|http/csv\\.ts|errors\\.ts|clock\\.ts|programmes/content\\.ts|people/permissions\\.ts|review/(review|hearing)\\.ts|media/byte-range\\.ts|schedules/(rule|rule-days|said-of-slot|seasons|skipped-days|rule-pointer|exception-check|past-check|day|wall-clock|lunar-calendar|conflicts/[^/]+)\\.ts|broadcasts/(broadcast|targets|minutes-over)\\.ts|delivery/(airing|playlist-entries)\\.ts|explanations/verdict\\.ts)",
        dependencyTypesNot: ["type-only"],
      },
    },
    owner("mqtt", "node_modules/mqtt/", "^src/delivery/broker-link\\.ts$"),
    owner(
      "aedes",
      "node_modules/aedes/",
      "^src/delivery/(embedded-broker|broker-connections|packet-size)\\.ts$",
    ),
    owner("ws", "node_modules/ws/", "^src/delivery/broker-websocket\\.ts$"),
    owner("ical-generator", "node_modules/ical-generator/", "^src/calendars/calendar\\.ts$"),
    owner("node-cron", "node_modules/node-cron/", "^src/broadcasts/ticker\\.ts$"),
    owner("otpauth", "node_modules/otpauth/", "^src/people/second-factor\\.ts$"),
    owner("openid-client", "node_modules/openid-client/", "^src/people/oidc-(claims|client|errors)\\.ts$"),
    owner("better-sqlite3", "node_modules/better-sqlite3/", "^src/db/"),
    owner(
      "child-process",
      "^(node:)?child_process$|node_modules/fluent-ffmpeg/",
      "^src/(media/ff(mpeg|probe)|speech/espeak-engine)",
    ),
  ],
};

export const options: ICruiseOptions = {
  doNotFollow: { path: "node_modules" },
  exclude: { path: "^src/console/dist" },
  parser: "swc",
  tsPreCompilationDeps: true,
  enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["node", "import", "default"] },
};
