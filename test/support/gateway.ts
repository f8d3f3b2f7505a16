import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "../../devices/core/device-folder.ts";
import { loadOrEnrol } from "../../devices/core/identity.ts";
import { until } from "../../scripts/until.ts";
import type { RunningApp } from "./app.ts";
import { createMemoryLog } from "./memory-log.ts";
import { startTestDevice } from "./test-device.ts";

/** The reference gateway, enrolled with the running server; it can be started again and again. */
export async function enrolGateway(
  app: Pick<RunningApp, "operator" | "url">,
  regionCode: string,
  folder: string,
) {
  const state = await mkdtemp(join(folder, "state-"));
  const { id } = await app.operator.post<{ id: string }>("/devices", { regionCode, kind: "loudspeaker" });
  const { code } = await app.operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
  const identity = await loadOrEnrol({
    server: app.url,
    store: openStore(state),
    code,
    hardwareId: null,
    kind: "loudspeaker",
    log: createMemoryLog().log,
  });
  return {
    id,
    state,
    async start() {
      const device = await startTestDevice({ url: app.url, identity }, state);
      await until(() => device.online, { what: "the gateway", timeoutMs: 15_000 });
      return device;
    },
  };
}
