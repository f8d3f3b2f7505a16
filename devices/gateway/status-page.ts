import type { Trouble } from "../core/recent-troubles.ts";
import type { DeviceStatus } from "../core/status.ts";
import type { StatusWords } from "./status-words.ts";

export const STATUS_STYLE = `
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 1.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { color: #555; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .5rem; border-bottom: 1px solid #ddd; }
.bad { color: #a40000; font-weight: 600; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } dt { color: #aaa; } .bad { color: #ff8a80; } }
`;

const REFRESH_S = 10;
const SHOWN = 10;
const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Titles come from elsewhere: everything that is put into the page goes through here. */
const text = (value: string | number): string =>
  `${value}`.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? "");
const MOMENT = {
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
  hour12: false,
} as const;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

/** The page without any script; it comes anew by itself. */
export function renderStatus(status: DeviceStatus, troubles: readonly Trouble[], words: StatusWords): string {
  const { clock, media, playlist, onAir } = status;
  const { format: moment } = new Intl.DateTimeFormat(words.language, { timeZone: status.zone, ...MOMENT });
  const row = (name: string, value: string | number, isBad = false) =>
    `<dt>${text(name)}</dt><dd${isBad ? ' class="bad"' : ""}>${text(value)}</dd>`;
  const list = (items: string[]) =>
    items.length === 0
      ? `<p>${text(words.nothing)}</p>`
      : `<ul>${items.map((item) => `<li>${text(item)}</li>`).join("")}</ul>`;

  const facts = [
    row(words.device, status.deviceId),
    row(words.time, moment(status.now)),
    row(
      words.onAir,
      onAir ? `${onAir.programme} · ${onAir.title} (${words.classes[onAir.class]})` : words.nothing,
    ),
    row(words.link, status.online ? words.connected : words.disconnected, !status.online),
    row(
      words.clock,
      `${clock.trusted ? words.trusted : words.untrusted}, ${words.offset(clock.offsetMs)}`,
      !clock.trusted,
    ),
    row(
      words.playlist,
      playlist ? words.playlistOf(playlist.revision, moment(playlist.generatedAt)) : words.nothing,
      !playlist,
    ),
    row(words.cache, words.cacheOf(media.ready, media.total), media.ready < media.total),
    row(words.used, megabytes(media.usedBytes)),
    row(words.free, megabytes(media.freeBytes)),
    row(words.output, status.output),
    row(words.volume, `${status.volume} %`),
    row(words.waiting, status.waitingRecords),
  ];
  const coming = status.next
    .slice(0, SHOWN)
    .map(
      ({ startAt, programme, title, isCached }) =>
        `<tr><td>${text(moment(startAt))}</td><td>${text(programme)}</td><td>${text(title)}</td>` +
        `<td${isCached ? "" : ' class="bad"'}>${text(isCached ? words.cached : words.missing)}</td></tr>`,
    );
  const loops = status.loops.map(
    ({ name, movedMsAgo }) =>
      `${name}: ${movedMsAgo === null ? words.rests : words.secondsAgo(Math.round(movedMsAgo / 1_000))}`,
  );
  return `<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8"><meta http-equiv="refresh" content="${REFRESH_S}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(words.name)}</title><link rel="stylesheet" href="/status.css"></head><body>
<h1>${text(words.name)}</h1><p><a href="/?lang=${words.otherCode}">${text(words.other)}</a></p>
<dl>${facts.join("\n")}</dl>
<h2>${text(words.faults)}</h2>${list(status.faults.map(words.fault))}
<h2>${text(words.next)}</h2>
<table><thead><tr>${[words.start, words.programme, words.title, words.media].map((head) => `<th>${text(head)}</th>`).join("")}</tr></thead>
<tbody>${coming.join("\n")}</tbody></table>
<h2>${text(words.loops)}</h2>${list(loops)}
<h2>${text(words.troubles)}</h2>${list(troubles.map(({ at, what }) => `${moment(at)} ${what}`))}
</body></html>
`;
}
