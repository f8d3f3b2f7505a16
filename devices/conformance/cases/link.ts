import { Compile } from "typebox/compile";
import { EnrolRequest } from "../../../src/protocol/http-messages.ts";
import { DeviceState, Presence } from "../../../src/protocol/messages.ts";
import { subscriptionsOf, uplinkTopic } from "../../../src/protocol/topics.ts";
import { AREAS, type Bench } from "../bench.ts";
import { demand } from "../failure.ts";
import { readAs } from "../read-as.ts";
import type { Case } from "./case.ts";

const validators = {
  enrolment: Compile(EnrolRequest),
  presence: Compile(Presence),
  state: Compile(DeviceState),
};
const playlistRequests = ({ timeline }: Bench, since = 0) =>
  timeline.of("request", since).filter(({ path }) => path === "/device/v1/playlist");
const STORM = 12;

export const linkCases: Case[] = [
  {
    id: "enrol",
    says: "enrols with the code, as the schema says, and goes online with what it was given",
    section: "Identity",
    async run(bench) {
      await bench.comes(bench.line.isOnline, "the gateway did not enrol and announce itself", 120_000);
      await bench.comesBack("it announced itself");
      const requests = bench.timeline.of("request").filter(({ path }) => path === "/device/v1/enroll");
      demand(requests.length > 0, "there was no request to enrol");
      for (const { body } of requests)
        demand(
          validators.enrolment.Check(body),
          "the request to enrol does not fit enrol-request.schema.json",
        );
    },
  },
  {
    id: "connect",
    says: "connects by MQTT 3.1.1 with a clean session, its id as client id and a retained will of its boot",
    section: "MQTT",
    async run({ timeline, deviceId }) {
      const connect = timeline.of("connect").at(-1);
      demand(connect, "there was no connection");
      const { protocolVersion, clean, clientId, username, keepaliveS, will } = connect;
      demand(protocolVersion === 4, `it speaks MQTT version ${protocolVersion}, not 4 (3.1.1)`);
      demand(clean, "the session is not clean: commands would wait for a device that is away");
      demand(clientId === deviceId && username === deviceId, "client id and user name are not the device id");
      demand(
        keepaliveS > 0 && keepaliveS <= 120,
        `a keep-alive of ${keepaliveS} s finds a dead link too late`,
      );
      demand(will, "it leaves no will");
      demand(will.topic === uplinkTopic(deviceId, "presence"), `the will goes to ${will.topic}`);
      demand(will.retain && will.qos === 1, "the will is not retained with QoS 1");
      const said = readAs(validators.presence, will.payload);
      demand(said && !said.online, "the will does not say, as presence.schema.json asks, that it is offline");
    },
  },
  {
    id: "subscribe",
    says: "subscribes to exactly its own topics, without a wildcard, with QoS 1",
    section: "MQTT",
    async run({ timeline, deviceId }) {
      const { connection } = timeline.of("connect").at(-1) ?? {};
      const made = timeline.of("subscribe").filter((deed) => deed.connection === connection);
      const wanted = subscriptionsOf({ deviceId, areas: AREAS, groups: [] });
      const filters = made.map(({ filter }) => filter);
      const missing = wanted.filter((topic) => !filters.includes(topic));
      const extra = filters.filter((filter) => !wanted.includes(filter));
      demand(missing.length === 0, `it does not subscribe to ${missing.join(", ")}`);
      demand(extra.length === 0, `it subscribes to ${extra.join(", ")}, which is not its own`);
      demand(
        made.every(({ qos }) => qos === 1),
        "a subscription has another QoS than 1",
      );
    },
  },
  {
    id: "birth",
    says: "announces itself, retained, only after its subscriptions, with the boot id of its will",
    section: "MQTT",
    async run({ timeline, deviceId }) {
      const { connection, will } = timeline.of("connect").at(-1) ?? {};
      const isOf = (deed: { connection: number }) => deed.connection === connection;
      const birth = timeline
        .of("publish")
        .find((deed) => isOf(deed) && deed.topic === uplinkTopic(deviceId, "presence"));
      demand(birth, "it publishes no presence");
      demand(birth.retain && birth.qos === 1, "its presence is not retained with QoS 1");
      const said = readAs(validators.presence, birth.payload);
      demand(said?.online, "its presence does not say, as presence.schema.json asks, that it is online");
      const lastWords = readAs(validators.presence, will?.payload ?? "");
      demand(said.bootId === lastWords?.bootId, "birth and will name different boots");
      const subscriptions = timeline.of("subscribe").filter(isOf);
      const last = Math.max(...subscriptions.map((deed) => timeline.indexOf(deed)));
      demand(last < timeline.indexOf(birth), "it says that it is online before it can hear");
    },
  },
  {
    id: "conditional-fetch",
    says: "asks for the playlist with its token and, once it holds one, with If-None-Match",
    section: "HTTP",
    async run(bench) {
      const { revision } = await bench.server.list([]);
      const { etag } = bench.http.playlist ?? {};
      const tookIt = () =>
        bench.timeline.of("publish").some(({ topic, payload }) => {
          const state = topic.endsWith("/state") ? readAs(validators.state, payload) : null;
          return (state?.revision ?? 0) >= revision;
        });
      await bench.comes(tookIt, "no state reports the revision of the new playlist", 30_000);
      const since = bench.timeline.length;
      await bench.server.point(revision + 1);
      await bench.comes(
        () => playlistRequests(bench, since).length > 0,
        "it does not follow a newer pointer",
      );
      const { headers } = playlistRequests(bench, since)[0] ?? {};
      demand(
        headers?.["if-none-match"] === etag,
        `it asks with If-None-Match ${headers?.["if-none-match"]}, not ${etag}`,
      );
      demand(
        (headers?.accept ?? "*/*").match(/application\/(jose|\*)|\*\/\*/),
        "it does not accept application/jose",
      );
    },
  },
  {
    id: "server-failure",
    says: "keeps what it has while the playlist answers 503, and does not come back before Retry-After",
    section: "HTTP",
    async run(bench) {
      const broadcast = bench.server.broadcast(9_000);
      const { revision } = await bench.server.list([broadcast]);
      await bench.hears(broadcast.id, "cached");
      bench.http.playlistFailure = { status: 503, retryAfterS: 4 };
      const since = bench.timeline.length;
      await bench.server.point(revision + 1);
      await bench.comes(
        () => playlistRequests(bench, since).length > 0,
        "it does not follow a newer pointer",
      );
      await bench.passes(3_000);
      const asked = playlistRequests(bench, since).length;
      bench.http.playlistFailure = null;
      demand(asked === 1, `it asked ${asked} times within 3 s although Retry-After was 4`);
      await bench.hears(broadcast.id, "finished");
    },
  },
  {
    id: "reconnect",
    says: "comes back after a cut line by itself, without storming the broker, and announces itself anew",
    section: "What a gateway does",
    async run(bench) {
      const since = bench.timeline.length;
      bench.broker.cut();
      await bench.comes(() => bench.timeline.of("disconnect", since).length > 0, "the line was not cut");
      await bench.comesBack("it did not come back after its line was cut");
      const attempts = bench.timeline.of("connect", since).length;
      demand(attempts < STORM, `it connected ${attempts} times before it stayed`);
    },
  },
];

/** Of the whole run, so it comes last. */
export const behaviourCases: Case[] = [
  {
    id: "own-branch",
    says: "publishes under its own branch alone, with QoS 1, and retains nothing but its presence",
    section: "MQTT",
    async run({ timeline, deviceId }) {
      const own = (["presence", "state", "report"] as const).map((leaf) => uplinkTopic(deviceId, leaf));
      for (const { topic, retain, qos } of timeline.of("publish")) {
        demand(own.includes(topic), `it published to ${topic}`);
        demand(!retain || topic.endsWith("/presence"), `it retained ${topic}`);
        demand(qos === 1, `it published to ${topic} with QoS ${qos}`);
      }
    },
  },
  {
    id: "well-formed",
    says: "sends nothing that its schema does not allow, and numbers the records of a boot without a gap",
    section: "Records",
    async run(bench) {
      const { timeline } = bench;
      const publishes = timeline.of("publish");
      for (const [leaf, validator] of Object.entries({
        presence: validators.presence,
        state: validators.state,
      }))
        for (const { topic, payload } of publishes.filter((deed) => deed.topic.endsWith(`/${leaf}`)))
          demand(
            readAs(validator as typeof validators.state, payload),
            `${topic}: ${payload.slice(0, 200)} does not fit ${leaf}.schema.json`,
          );
      const reports = publishes.filter(({ topic }) => topic.endsWith("/report"));
      demand(reports.length > 0, "it never reported anything");
      for (const { payload } of reports)
        demand(
          bench.reports.readReport(payload),
          `a report does not fit report.schema.json: ${payload.slice(0, 200)}`,
        );
      const boots = Map.groupBy(bench.reports.records(), ({ bootId }) => bootId);
      for (const records of boots.values()) {
        const numbers = records.map(({ seq }) => seq).toSorted((a, b) => a - b);
        demand(
          numbers.every((seq, index) => seq === index + 1),
          `the numbers of a boot are ${numbers.join(", ")}`,
        );
      }
    },
  },
];
