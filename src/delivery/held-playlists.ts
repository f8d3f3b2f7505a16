import type { IncomingMessage } from "node:http";
import { bearerToken } from "../devices/device-auth.ts";
import type { DeviceService } from "../devices/device-service.ts";
import type { AnswerFirst } from "../http/answer-first.ts";
import type { PlaylistService } from "./playlist.ts";
import { playlistAnswer } from "./playlist-answer.ts";

interface Dependencies {
  devices: Pick<DeviceService, "authenticateToken">;
  playlists: Pick<PlaylistService, "versionFor">;
  /** Counts a request. @returns seconds until the device may ask again, `null` as long as it may */
  countDevice: (deviceId: string) => number | null;
}

/**
 * Answers devices that hold their newest playlist, which is most of what a county asks, before the framework makes anything of
 * the request: by the same rules as the route, and with the same headers. Everything else is left to the route.
 */
export function answerHeldPlaylists({ devices, playlists, countDevice }: Dependencies): AnswerFirst {
  function headersFor({ headers }: IncomingMessage) {
    const token = bearerToken({ headers });
    const device = token === null ? null : devices.authenticateToken(token);
    if (!device) return null;
    const answer = playlistAnswer(playlists, device, headers);
    return answer?.isHeld && countDevice(device.id) === null ? answer.headers : null;
  }

  return (request, response) => {
    const { method, url, headers } = request;
    if (url !== "/device/v1/playlist" || method !== "GET" || headers["if-none-match"] === undefined)
      return false;
    if (headers["transfer-encoding"] !== undefined || headers["content-length"] !== undefined) return false;
    let answered: ReturnType<typeof headersFor>;
    try {
      answered = headersFor(request);
    } catch {
      // As when the database fails: so it does for the route, which says so.
      return false;
    }
    if (!answered) return false;
    response.writeHead(304, { "x-content-type-options": "nosniff", ...answered }).end();
    return true;
  };
}
