// The service worker: answers for pages when the network does not. It keeps public files, and shows the copies of the
// log form and of pledges that the pages themselves put by for whoever is signed in (outbox/copies.js); it sends nothing
// and never touches what waits in the outbox. FILES and VERSION come from the build.
/* global FILES, VERSION */

const SHELL_PREFIX = "shell-";
const SHELL = `${SHELL_PREFIX}${VERSION}`;
const COPIES = "copies";
const FALLBACK = "/outbox";
const MANIFEST = "/manifest.webmanifest";
const PATIENCE = 5000; // milliseconds; then a copy, where there is one, is better than waiting
const OLD_SHELLS_KEPT = 1; // copies of pages made before an update still name the older files

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(cleanUp().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (url.pathname === MANIFEST) event.respondWith(fetch(request).catch(() => file(MANIFEST)));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function install() {
  const shell = await caches.open(SHELL);
  await shell.addAll([...FILES, MANIFEST]);
  // As a stranger sees it: what everybody's phone keeps bears nobody's name.
  await shell.put(FALLBACK, await asCopy(await fetch(FALLBACK, { credentials: "omit", cache: "reload" })));
  await self.skipWaiting();
}

// A copy does not claim to know the time, nor that nobody is signed in at this moment.
async function asCopy(answer) {
  if (!answer.ok) throw new Error(`no shell: ${answer.status}`);
  return new Response((await answer.text()).replace(/ data-now="\d+"/, ""), { headers: answer.headers });
}

async function cleanUp() {
  const shells = (await caches.keys()).filter((name) => name.startsWith(SHELL_PREFIX) && name !== SHELL);
  const gone = shells.slice(0, Math.max(0, shells.length - OLD_SHELLS_KEPT));
  await Promise.all(gone.map((name) => caches.delete(name)));
}

// Network first. Where it fails, or takes too long for a page that has a copy, the copy; else the outbox says how it is.
async function page(request, url) {
  const copy = await copyOf(url);
  try {
    return await (copy ? impatient(fetch(request)) : fetch(request));
  } catch {
    return copy ?? (await copyOf(new URL(FALLBACK, url))) ?? (await caches.match(FALLBACK)) ?? Response.error();
  }
}

async function copyOf(url) {
  if (!(await caches.has(COPIES))) return undefined;
  const copies = await caches.open(COPIES);
  const activity = url.searchParams.get("activity");
  const isForm = url.pathname === "/entries/new";
  return copies.match(isForm ? `/entries/new?activity=${encodeURIComponent(activity ?? "")}` : url.pathname);
}

function impatient(answer) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("too slow")), PATIENCE);
    answer.then(resolve, reject);
  });
}

// A hashed name never changes its content.
async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}
