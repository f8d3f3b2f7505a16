import { channelsView } from "./view-channels.js";
import { deviceView } from "./view-device.js";
import { devicesView } from "./view-devices.js";
import { keysView } from "./view-keys.js";
import { outagesView } from "./view-outages.js";
import { quarantineView } from "./view-quarantine.js";

/**
 * What there is below `#/devices`.
 * @param {string | undefined} id of a device, or the name of a place
 * @param {string | undefined} more
 * @returns {import("./live.js").View}
 */
export function devicePlace(id, more) {
  if (id === undefined) return devicesView();
  if (id === "outages") return outagesView();
  if (id === "quarantine") return quarantineView(more ?? null);
  if (id === "software") return channelsView();
  if (id === "keys") return keysView();
  return deviceView(id);
}
