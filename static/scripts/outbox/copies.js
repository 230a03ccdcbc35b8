// Copies of the log form for when there is no network: the list of activities, and the form of each. They are made for
// whoever is signed in, a few at a time, those logged most first, and are gone when that person signs out.
import * as store from "./store.js";

const CACHE = "copies"; // the worker knows it by this name
const AT_ONCE = 4; // of a page's visit; the rest comes with the next ones
const REST = 3000; // milliseconds after the page, so that nobody waits for copies
const { body, documentElement } = document;
const me = body.dataset.me;

export async function installWorker() {
  if (!("serviceWorker" in navigator) || !me || !body.dataset.now) return;
  await navigator.serviceWorker.register("/sw.js").catch(() => {});
  setTimeout(() => keepCopies().catch(() => {}), REST);
}

// Whoever is signed in now sees no copy that was made for somebody else.
export async function forgetOthers() {
  if (!("caches" in window) || !body.dataset.now) return;
  const kept = await store.fact("copies").catch(() => undefined);
  if (kept?.person !== me) await forgetCopies();
}

export async function forgetCopies() {
  if ("caches" in window) await caches.delete(CACHE).catch(() => {});
  await store.forget("copies").catch(() => {});
}

async function keepCopies() {
  if (!("caches" in window) || navigator.connection?.saveData) return;
  const look = lookOfPages();
  const before = await store.fact("copies");
  const done = new Set(before?.look === look && before.person === me ? before.done : []);
  const list = await keepOne("/activities");
  if (!list) return;
  const wanted = ["/outbox", ...formsOn(list)].filter((address) => !done.has(address));
  for (const address of wanted.slice(0, AT_ONCE)) {
    if (await keepOne(address)) done.add(address);
  }
  await store.note("copies", { person: me, look, done: [...done] });
}

// Another language, another size of type, another release: then the copies are made anew.
function lookOfPages() {
  const { lang, dataset } = documentElement;
  const script = document.querySelector("script[src*='/static/site.']");
  return [lang, dataset.type, dataset.bsTheme, script?.getAttribute("src")].join(" ");
}

function formsOn(page) {
  const links = new DOMParser().parseFromString(page, "text/html").querySelectorAll("a[href^='/entries/new?activity=']");
  return [...new Set([...links].map((link) => link.getAttribute("href")))];
}

// A copy says that it is one: it no longer claims to know the time.
async function keepOne(address) {
  const answer = await fetch(address, { redirect: "manual", cache: "no-store" });
  if (!answer.ok) return null;
  const page = await answer.text();
  if (!page.includes(`data-me="${me}"`)) return null; // signed out, or somebody else, since
  const copy = page.replace(/ data-now="\d+"/, "");
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  const policy = answer.headers.get("Content-Security-Policy");
  if (policy) headers["Content-Security-Policy"] = policy;
  await (await caches.open(CACHE)).put(address, new Response(copy, { headers }));
  return page;
}
