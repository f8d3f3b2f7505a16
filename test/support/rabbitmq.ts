import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../../scripts/until.ts";
import { freePort } from "./free-port.ts";
import { accepts } from "./listening.ts";

/** Debian's wrapper in /usr/sbin wants root or its own account; the program itself does not. */
const PROGRAMS = "/usr/lib/rabbitmq/lib";
const START_MS = 120_000;

/** What `docs/brokers.md` tells an operator to load. */
const DEFINITIONS = fileURLToPath(
  new URL("../../devices/brokers/rabbitmq-definitions.json", import.meta.url),
);

export interface RabbitNode {
  /** Without an account. */
  url: string;
  /** All it has printed so far. */
  output(): string;
  /** Resolves once MQTT clients may connect. */
  start(): Promise<void>;
  /** SIGKILL, and nothing is left of it. */
  kill(): Promise<void>;
}

export interface RabbitCluster {
  nodes: [RabbitNode, RabbitNode, RabbitNode];
  stop(): Promise<void>;
}

/** Three real RabbitMQ nodes with the MQTT plugin on free ports of the loopback, that ask `authUrl` who may do what. */
export async function startRabbitCluster(auth: { url: string; secret: string }): Promise<RabbitCluster> {
  const folder = await mkdtemp(join(tmpdir(), "ccx-rabbitmq-"));
  const epmdPort = await freePort();
  // Erlang's directory of nodes; otherwise the first of them would start one that outlives all.
  const epmd = spawn("epmd", ["-port", `${epmdPort}`, "-address", "127.0.0.1"], { stdio: "ignore" });
  await until(() => accepts(epmdPort), { what: "epmd" });
  const names = [1, 2, 3].map((number) => `ccx${number}@localhost`);
  const [first, second, third] = await Promise.all(
    names.map((name, index) =>
      prepareNode({
        folder: join(folder, name),
        home: folder,
        name,
        joins: index === 0 ? null : (names[0] ?? null),
        epmdPort,
        auth,
      }),
    ),
  );
  if (!first || !second || !third) throw new Error("unreachable");
  const nodes: RabbitCluster["nodes"] = [first, second, third];

  async function stop(): Promise<void> {
    await Promise.all(nodes.map((node) => node.kill()));
    const gone = once(epmd, "exit");
    epmd.kill("SIGKILL");
    await gone;
    await rm(folder, { recursive: true, force: true });
  }
  try {
    // The first alone: nodes that start together may each begin a register of MQTT client ids of their own.
    await first.start();
    await Promise.all([second.start(), third.start()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop };
}

interface NodeOptions {
  folder: string;
  /** Where the cookie is that the nodes have in common. */
  home: string;
  name: string;
  /** The node whose cluster it becomes a part of. */
  joins: string | null;
  epmdPort: number;
  auth: { url: string; secret: string };
}

async function prepareNode({ folder, home, name, joins, epmdPort, auth }: NodeOptions): Promise<RabbitNode> {
  const [amqpPort, mqttPort, distPort] = [await freePort(), await freePort(), await freePort()];
  await mkdir(folder);
  await writeFile(join(folder, "enabled_plugins"), "[rabbitmq_mqtt,rabbitmq_auth_backend_http].");
  const ask = (what: string) =>
    `auth_http.${what}_path = ${auth.url}/mqtt/rabbitmq/${what}?secret=${auth.secret}`;
  const conf = [
    `listeners.tcp.1 = 127.0.0.1:${amqpPort}`,
    `mqtt.listeners.tcp.1 = 127.0.0.1:${mqttPort}`,
    "mqtt.allow_anonymous = false",
    ...(joins === null
      ? []
      : [
          "cluster_formation.peer_discovery_backend = classic_config",
          `cluster_formation.classic_config.nodes.1 = ${joins}`,
          `cluster_formation.classic_config.nodes.2 = ${name}`,
        ]),
    `load_definitions = ${DEFINITIONS}`,
    "log.console = true",
    "log.file = false",
    "auth_backends.1 = http",
    "auth_http.http_method = post",
    ...["user", "vhost", "resource", "topic"].map(ask),
  ];
  await writeFile(join(folder, "rabbitmq.conf"), `${conf.join("\n")}\n`);
  const pidFile = join(folder, "pid");
  const env = {
    ...process.env,
    HOME: home,
    ERL_EPMD_PORT: `${epmdPort}`,
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_NODENAME: name,
    RABBITMQ_DIST_PORT: `${distPort}`,
    RABBITMQ_MNESIA_BASE: join(folder, "mnesia"),
    RABBITMQ_LOG_BASE: join(folder, "log"),
    RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
    RABBITMQ_PID_FILE: pidFile,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none",
  };

  let output = "";
  let ended: Promise<unknown> | null = null;
  return {
    url: `mqtt://127.0.0.1:${mqttPort}`,
    output: () => output,
    async start() {
      await rm(pidFile, { force: true });
      const child = spawn(serverProgram(), [], { env, stdio: ["ignore", "pipe", "pipe"] });
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (text: string) => (output += text));
      let isEnded = false;
      ended = once(child, "exit").then(() => (isEnded = true));
      await until(
        () => {
          if (isEnded) throw new Error(`${name} ended\n${output}`);
          return accepts(mqttPort);
        },
        { what: name, timeoutMs: START_MS },
      );
    },
    async kill() {
      if (!ended) return;
      // The program is started by a script, which ends with it.
      process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
      await ended;
      ended = null;
    },
  };
}

function serverProgram(): string {
  const version = readdirSync(PROGRAMS).find((entry) => entry.startsWith("rabbitmq_server-"));
  return join(PROGRAMS, version ?? "rabbitmq_server", "sbin/rabbitmq-server");
}
