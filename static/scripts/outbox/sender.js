// Sends what waits: one entry at a time, one page at a time, as often as it takes. An entry's key makes every further
// sending harmless, so whenever it is unclear what became of one, it is sent again.
import { cityDay, daysBefore, daysBetween, learn, offset } from "./citytime.js";
import * as store from "./store.js";
import { me } from "./who.js";

const API = "/api/v1";
const LOCK = "civic-outbox";
const ANSWER_PATIENCE = 20_000;
const SLOWEST = 8; // bytes a millisecond; a slower network is as good as none
const SESSION_PATIENCE = 10_000;
const WAITS = [5, 15, 60, 300, 900, 1800].map((seconds) => seconds * 1000); // after the first failure, the second, …
const REFUSED = [403, 404, 413, 415, 422];
const BAD_TOKEN = 400; // most likely somebody else signed in just now; said again and again, it is the entry
const BAD_TOKENS_BORNE = 3;
const NOBODY = { id: null }; // the session of whoever is signed out
const owner = String(Math.random());
const changed = new EventTarget();
const channel = "BroadcastChannel" in window ? new BroadcastChannel(LOCK) : null;
let timer;
let isRunning = false;
let isWantedAgain = false; // the network, or the person, came back while a round was still failing

// Everything that can bring the network back, or the person.
export function keepSending() {
  if (!me) return;
  addEventListener("online", () => sendWaiting({ now: true }));
  addEventListener("pageshow", () => sendWaiting({ now: true }));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") sendWaiting({ now: true });
  });
}

// Tells whenever something about the outbox is different, in this page or in another.
export function onChange(tell) {
  changed.addEventListener("change", () => tell());
  channel?.addEventListener("message", () => tell());
}

export function sayChanged() {
  changed.dispatchEvent(new Event("change"));
  channel?.postMessage("change");
}

// Sends what is due; with `now`, whatever waits. Quietly does nothing where there is nothing, or no network.
export async function sendWaiting({ now = false } = {}) {
  if (!me) return;
  if (isRunning) {
    isWantedAgain = isWantedAgain || now;
    return;
  }
  isRunning = true;
  try {
    const due = (await mine()).filter((item) => now ? !item.asked_to_wait || isDue(item) : isDue(item));
    if (due.length) await sendAll(due);
  } catch {
    // Storage is denied: then nothing waits either.
  } finally {
    isRunning = false;
  }
  await sleepUntilNext();
  if (!isWantedAgain) return;
  isWantedAgain = false;
  await sendWaiting({ now: true });
}

async function mine() {
  return (await store.list()).filter((item) => item.state === "kept" && item.person === me);
}

function isDue(item) {
  const wait = (item.next_at ?? 0) - Date.now();
  return wait <= 0 || wait > WAITS[WAITS.length - 1]; // further ahead than any wait: the clock was put back
}

async function sendAll(items) {
  const session = await askSession();
  if (!session?.id) return Promise.all(items.map((item) => postpone(item)));
  for (const item of items) {
    const outcome = await sendOne(item.key, session);
    if (outcome === "later") break; // what did not get through now will not a second later either
  }
  return undefined;
}

async function sleepUntilNext() {
  clearTimeout(timer);
  const waits = (await mine().catch(() => [])).map((item) => (isDue(item) ? WAITS[0] : item.next_at - Date.now()));
  if (waits.length) timer = setTimeout(sendWaiting, Math.max(1000, Math.min(...waits)));
}

// Whose session this is, and the token to send with; null where there is no answer.
export async function askSession() {
  try {
    const before = Date.now();
    const answer = await quick(`${API}/session`, { cache: "no-store" }, SESSION_PATIENCE);
    if (answer.status === 401) return NOBODY;
    if (!answer.ok) return null;
    const session = await answer.json();
    await learn(Date.parse(session.now), (before + Date.now()) / 2);
    return session;
  } catch {
    return null;
  }
}

// Gives "received", "refused", "clash", "locked" or "later".
export function sendOne(key, session) {
  return locked(async () => {
    const item = await store.find(key);
    if (item?.state !== "kept") return item?.state ?? "received"; // another page was quicker
    if (item.person !== session.id) return "locked";
    return deliver(await onTheRightDay(item), session);
  });
}

// A day that has not come yet was taken from a phone whose clock ran ahead of what we knew. By the server's time, which
// we know now, it is as many days before that moment's day as was chosen then.
async function onTheRightDay(item) {
  if (item.acted_on <= cityDay()) return item;
  const meant = daysBefore(cityDay(item.logged_at + offset()), daysBetween(item.acted_on, item.today));
  const acted_on = meant < cityDay() ? meant : cityDay();
  const fields = item.fields.map(([name, value]) => [name, name === "acted_on" ? acted_on : value]);
  const mended = { acted_on, fields, was_on: item.acted_on };
  await store.change(item.key, mended);
  return { ...item, ...mended };
}

async function deliver(item, session) {
  const answer = await post(item, await store.photosOf(item.key), session);
  const outcome = await judge(answer, item);
  sayChanged();
  return outcome;
}

async function judge(answer, item) {
  if (answer.entry) {
    await store.received(item.key, answer.entry.id, Date.now());
    return "received";
  }
  if (answer.status === 409) {
    await store.change(item.key, { state: "clash", why: answer.why, errors: answer.errors });
    return "clash";
  }
  const isHopeless = answer.status === BAD_TOKEN && (item.tries ?? 0) >= BAD_TOKENS_BORNE;
  if (answer.isOurs && (isHopeless || REFUSED.includes(answer.status))) {
    await store.change(item.key, { state: "refused", why: answer.why, errors: answer.errors });
    return "refused";
  }
  await postpone(item, answer.retryAfter);
  return "later";
}

async function postpone(item, retryAfter = 0) {
  const tries = (item.tries ?? 0) + 1;
  const wait = Math.min(Math.max(WAITS[Math.min(tries, WAITS.length) - 1], retryAfter), WAITS[WAITS.length - 1]);
  await store.change(item.key, { tries, next_at: Date.now() + wait, asked_to_wait: retryAfter > 0 });
}

// One sending, as {entry} once the server has it, else {status, why, errors, retryAfter}. A page of some hotel's
// network also answers 200: received is only what comes back with our own key.
export async function post(item, photos, session) {
  const form = new FormData();
  for (const [name, value] of item.fields) form.append(name, value);
  for (const photo of photos) form.append("photo", new Blob([photo.bytes], { type: photo.type }), photo.name);
  const bytes = photos.reduce((sum, photo) => sum + photo.bytes.byteLength, 0);
  try {
    const headers = { "X-CSRFToken": session.csrf_token };
    const answer = await quick(`${API}/entries`, { method: "POST", body: form, headers }, ANSWER_PATIENCE + bytes / SLOWEST);
    return await read(answer, item.key);
  } catch {
    return { status: 0 };
  }
}

async function read(answer, key) {
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told.client_key === key && told.id ? { entry: told } : { status: 0 };
  const errors = told.errors ?? {};
  const why = Object.values(errors).flat();
  return {
    status: answer.status,
    isOurs: told.status === answer.status,
    errors,
    why: why.length ? why : [told.detail ?? ""],
    retryAfter: 1000 * (Number(answer.headers.get("Retry-After")) || 0),
  };
}

// A fetch that ends: with an answer or, after a while, without.
async function quick(address, options, patience) {
  const stop = new AbortController();
  const alarm = setTimeout(() => stop.abort(), patience);
  try {
    return await fetch(address, { ...options, redirect: "manual", signal: stop.signal });
  } finally {
    clearTimeout(alarm);
  }
}

// Only one page sends at a time. Where the browser has no locks, a line in the database stands for one.
async function locked(work) {
  if (navigator.locks) return navigator.locks.request(LOCK, work);
  if (!(await store.lease(owner, Date.now(), 2 * ANSWER_PATIENCE))) return "later";
  try {
    return await work();
  } finally {
    await store.endLease(owner);
  }
}
