import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { until } from "../../scripts/until.ts";
import type { Member } from "./fleet.ts";

interface Heard {
  topic: string;
  text: string;
  retain: boolean;
}

/** A device as a broker sees it: one connection that does not come back by itself, and all it was sent. */
export interface DeviceClient {
  mqtt: MqttClient;
  heard: Heard[];
  /** QoS per filter; 128 where the broker refused. */
  subscribe(...filters: string[]): Promise<number[]>;
  /** Resolves at PUBACK, rejects when the connection is cut before. */
  publish(topic: string, text: string, retain?: boolean): Promise<void>;
  /** Resolves once a message with this text was heard. */
  hears(text: string): Promise<Heard>;
  /** Cuts the connection without a DISCONNECT, as a power cut does. */
  cut(): void;
  end(): Promise<void>;
}

/** Connects with the member's credentials; rejects when the broker refuses. */
export async function connectDevice(
  url: string,
  member: Member,
  options: IClientOptions = {},
): Promise<DeviceClient> {
  const client = mqtt.connect(url, {
    clientId: member.identity.id,
    username: member.identity.id,
    password: member.password,
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  const heard: Heard[] = [];
  // What waits in a session comes right behind the CONNACK.
  client.on(
    "message",
    (topic, payload, { retain }) => void heard.push({ topic, text: payload.toString(), retain }),
  );
  await admission(client);
  client.on("error", () => {}); // a cut connection is what these tests are about
  return {
    mqtt: client,
    heard,
    subscribe(...filters) {
      return new Promise((resolve, reject) => {
        client.subscribe(filters, { qos: 1 }, (error, _granted, packet) => {
          // The library's own list leaves out what was refused; the SUBACK has all.
          const codes = packet && "granted" in packet ? packet.granted : undefined;
          if (Array.isArray(codes)) resolve(codes.map(Number));
          else reject(error ?? new Error("no SUBACK"));
        });
      });
    },
    async publish(topic, text, retain = false) {
      // mqtt.js keeps a publish open for a next connection, which there never is.
      const cut = new Promise<never>((_resolve, reject) => {
        client.once("close", () => reject(new Error("the connection was cut")));
      });
      await Promise.race([client.publishAsync(topic, text, { qos: 1, retain }), cut]);
    },
    async hears(text) {
      let found: Heard | undefined;
      await until(() => (found = heard.find((message) => message.text === text)) !== undefined, {
        what: `hearing "${text}"`,
      });
      if (!found) throw new Error("unreachable");
      return found;
    },
    cut: () => void client.stream.destroy(),
    end: () => client.endAsync(true),
  };
}

/** Rejects when the broker refuses, or hangs up. */
function admission(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error = new Error("connection refused: closed by the broker before its CONNACK")) => {
      client.end(true);
      reject(error);
    };
    client.once("connect", () => {
      client.off("error", refuse).off("close", refuse);
      resolve();
    });
    client.once("error", refuse).once("close", refuse);
  });
}
