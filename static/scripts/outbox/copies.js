// Copies for when there is no network: the list of activities with the form of each, and the pledges that were signed.
// They are made for whoever is signed in, a few at a time, those logged most first, and are gone when that person signs
// out.
import { cityDay, cityNow } from "./citytime.js";
import * as store from "./store.js";
import { isFresh, me } from "./who.js";

const CACHE = "copies"; // the worker knows it by this name
const AT_ONCE = 4; // of a page's visit; the rest comes with the next ones
const REST = 3000; // milliseconds after the page, so that nobody waits for copies
const LIST_LIFE = 12 * 3600 * 1000; // the list of activities says what is usual, which changes slowly
const WEEK = 7 * 24 * 3600 * 1000;
const { documentElement } = document;

export async function installWorker() {
  if (!("serviceWorker" in navigator) || !me || !isFresh) return;
  await navigator.serviceWorker.register("/sw.js").catch(() => {});
  setTimeout(() => keepCopies().catch(() => {}), REST);
}

// Whoever is signed in now sees no copy that was made for somebody else.
export async function forgetOthers() {
  if (!("caches" in window) || !isFresh) return;
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
  let state = await store.fact("copies");
  if (state?.look !== look || state.person !== me) {
    state = { person: me, look, at: 0, wanted: [], done: [] };
    await store.note("copies", state); // a page left in the middle of it leaves copies whose owner is known
  }
  if (Math.abs(Date.now() - state.at) > LIST_LIFE) {
    const [list, pledges] = [await keepOne("/activities"), await keepOne("/pledges")];
    if (!list) return;
    const forms = linksOn(list, "a[href^='/entries/new?activity=']");
    state = { ...state, at: Date.now(), wanted: ["/outbox", ...linksOn(pledges ?? "", "a.pledge-name"), ...forms] };
  }
  const missing = state.wanted.filter((address) => !state.done.includes(address));
  for (const address of missing.slice(0, AT_ONCE)) {
    if (await keepOne(address)) state.done.push(address);
  }
  await store.note("copies", state);
}

// In another language or size of type, of another release, under another month's rules, or after a week: made anew.
function lookOfPages() {
  const { lang, dataset } = documentElement;
  const script = document.querySelector("script[src*='/static/site.']");
  const age = [cityDay().slice(0, 7), Math.floor(cityNow() / WEEK)];
  return [lang, dataset.type, dataset.bsTheme, script?.getAttribute("src"), ...age].join(" ");
}

function linksOn(page, which) {
  const links = new DOMParser().parseFromString(page, "text/html").querySelectorAll(which);
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
