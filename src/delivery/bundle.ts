import { type Clock, toIso } from "../clock.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { AppError } from "../errors.ts";
import type { MediaLibrary } from "../media/media-library.ts";
import { BUNDLE_KEYS, BUNDLE_SUFFIX, bundledMedia, bundledPlaylist } from "../protocol/bundle.ts";
import type { DeviceKind, Item } from "../protocol/messages.ts";
import type { RegionService } from "../regions/region-service.ts";
import { type BundleEntry, type BundleFile, bundleFile } from "./bundle-file.ts";
import type { Keys } from "./keys.ts";
import type { PlaylistService } from "./playlist.ts";

export interface Bundle {
  fileName: string;
  file: BundleFile;
}

export interface BundleService {
  /**
   * For the enrolled devices of these kinds in a region: signed playlists and all media of them.
   * @throws {AppError} `not_found` for an unknown region; `conflict` without a device, or when a file is missing;
   *   `too_large` for more than a stick of the usual kind takes in one file
   */
  make(regionCode: string, kinds: readonly DeviceKind[]): Promise<Bundle>;
}

interface Dependencies {
  regions: Pick<RegionService, "get">;
  devices: Pick<DeviceService, "enrolledWithin">;
  playlists: PlaylistService;
  keys: Pick<Keys, "signer" | "chainAfter">;
  library: Pick<MediaLibrary, "has" | "pathOf">;
  clock: Clock;
}

/** A village has a few, a town some dozens; whoever asks for a county wants something else. */
const MAX_DEVICES = 200;
/** The longest file on FAT32, as sticks are formatted. */
const MAX_BYTES = 2 ** 32 - 1;

export function createBundleService(deps: Dependencies): BundleService {
  const { regions, devices, playlists, keys, library, clock } = deps;

  return {
    async make(regionCode, kinds) {
      const { name } = regions.get(regionCode);
      const inside = devices.enrolledWithin([regionCode], kinds);
      if (inside.length === 0)
        throw new AppError("conflict", `There is no enrolled device in ${name}.`, {
          hint: "A device enrols over the network once; after that it can live from bundles.",
        });
      if (inside.length > MAX_DEVICES)
        throw new AppError("too_large", `There are ${inside.length} devices in ${name}.`, {
          hint: `A bundle is for at most ${MAX_DEVICES}: ask for a village or a town.`,
        });

      const entries: BundleEntry[] = [
        { target: BUNDLE_KEYS, content: JSON.stringify({ items: keys.chainAfter(0) }) },
      ];
      const items = new Map<string, Item>();
      for (const device of inside) {
        const playlist = playlists.playlistFor(device, playlists.versionFor(device));
        for (const item of playlist.broadcasts.flatMap((each) => each.items)) items.set(item.sha256, item);
        const content = await keys.signer.sign("playlist", playlist);
        entries.push({ target: bundledPlaylist(device.id), content });
      }
      refuseWhatDoesNotFit([...items.values()]);
      for (const { sha256, bytes } of items.values())
        entries.push({ target: bundledMedia(sha256), source: library.pathOf(sha256), bytes });

      const day = toIso(clock.now()).slice(0, 10);
      return { fileName: `${regionCode}-${day}${BUNDLE_SUFFIX}`, file: bundleFile(entries) };
    },
  };

  function refuseWhatDoesNotFit(items: Item[]): void {
    const missing = items.find(({ sha256 }) => !library.has(sha256));
    if (missing)
      throw new AppError("conflict", `A file of "${missing.title}" is missing in the library.`, {
        hint: "See the damage in the media library, and make it again.",
      });
    const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
    if (bytes > MAX_BYTES)
      throw new AppError(
        "too_large",
        "The bundle would be longer than 4 GB, more than a usual stick takes.",
        {
          hint: "Ask for one kind of device, or for a smaller area.",
        },
      );
  }
}
