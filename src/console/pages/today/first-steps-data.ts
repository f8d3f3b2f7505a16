import { read } from "../../api.js";
import type { Device, Episode, Page, Session } from "../../api-types.ts";

/** What a county needs before anything can be heard, in the order in which it is done. */
export const STEPS = ["county", "villages", "device", "upload", "schedule"] as const;
export type Step = (typeof STEPS)[number];

const isThere = async (path: string, signal: AbortSignal): Promise<boolean> => {
  const { items }: Page<unknown> = await read(path, signal);
  return items.length > 0;
};

/** One of the first in a list has a recording. */
async function isUploaded(signal: AbortSignal): Promise<boolean> {
  const [episodes, sessions]: [Page<Episode>, Page<Session>] = await Promise.all([
    read("/episodes?limit=20", signal),
    read("/sessions?limit=20", signal),
  ]);
  return (
    episodes.items.some(({ segments }) => segments.some(({ recording }) => recording !== null)) ||
    sessions.items.some(({ recording }) => recording !== null)
  );
}

/** What is done of it, as the server has it: so it can be left and taken up again anywhere. */
export async function readSteps(signal: AbortSignal): Promise<Record<Step, boolean>> {
  const [county, villages, devices, upload, schedule] = await Promise.all([
    isThere("/regions?level=county&limit=1", signal),
    isThere("/regions?level=village&limit=1", signal),
    read("/devices?state=enrolled&limit=1", signal) as Promise<Page<Device>>,
    isUploaded(signal),
    isThere("/schedules?limit=1", signal),
  ]);
  return { county, villages, device: devices.items.length > 0, upload, schedule };
}
