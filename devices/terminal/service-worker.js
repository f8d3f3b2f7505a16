/**
 * Keeps the page's own files, so that it opens with the network down. What the device fetches (playlist, media, time) goes
 * past it. The build puts the names of the files and a digest over them in place of these two.
 */
const FILES = /** @type {string[]} */ (["__FILES__"]);
const CACHE = "terminal-__DIGEST__";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (!new URL(request.url).pathname.startsWith(new URL(self.registration.scope).pathname)) return;
  if (request.mode === "navigate") event.respondWith(newest(request));
  else
    event.respondWith(caches.match(request, { ignoreSearch: true }).then((kept) => kept ?? fetch(request)));
});

/** The server's page where there is one to be had in time, else the one that is kept. @param {Request} request */
async function newest(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(5_000) });
    if (answer.ok) return answer;
  } catch {
    // The kept one, below.
  }
  return (await caches.match("./")) ?? Response.error();
}
