// What this phone keeps, as people see it: a line on the home page and over the list of activities, all of it on /outbox.
// Two different words tell what was saved on this phone from what was received.
import { dayInWords, daysLeft, hoursOff } from "./citytime.js";
import { KEPT_DAY } from "./kept_day.js";
import { onChange, sayChanged, sendWaiting } from "./sender.js";
import * as store from "./store.js";
import { me } from "./who.js";

const WARN_DAYS = 1; // from the sixth day: tomorrow and today are left
let pictures = []; // addresses of photos that are shown now

export function showOutbox() {
  const strip = document.querySelector("[data-outbox-strip]");
  const page = document.querySelector("[data-outbox-page]");
  if (!strip && !page) return;
  let last = Promise.resolve();
  const draw = () => {
    last = last.then(() => drawAll(strip, page)); // one after another, so that none shows the photos of another
  };
  onChange(draw);
  addEventListener("online", draw);
  addEventListener("offline", draw);
  draw();
}

async function drawAll(strip, page) {
  const items = await store.list().catch(() => null);
  if (strip) drawStrip(strip, items ?? []);
  if (page) await drawPage(page, items);
}

const isMine = (item) => item.person === me;
const waits = (item) => item.state === "kept";
const isStuck = (item) => item.state === "refused" || item.state === "clash";
const left = (item) => (item.state === "received" ? Infinity : daysLeft(item.acted_on, item.late_days));
const isLate = (item) => left(item) <= WARN_DAYS;

function drawStrip(strip, items) {
  const waiting = items.filter((item) => isMine(item) && waits(item));
  const stuck = items.filter((item) => isMine(item) && isStuck(item));
  const others = items.filter((item) => !isMine(item) && item.state !== "received");
  strip.hidden = !(waiting.length || stuck.length || others.length);
  say(strip, "waiting", waiting.length);
  say(strip, "stuck", stuck.length);
  say(strip, "others", others.length);
  say(strip, "late", [...waiting, ...stuck].filter(isLate).length);
}

// Shows a line with its number, or hides it where there is none.
function say(part, name, number) {
  for (const line of part.querySelectorAll(`[data-if="${name}"]`)) {
    line.hidden = !number;
    for (const figure of line.querySelectorAll("[data-n]")) figure.textContent = String(number);
  }
}

async function drawPage(page, items) {
  const list = items ?? [];
  const mine = list.filter(isMine);
  say(page, "denied", items ? 0 : 1);
  say(page, "elsewhere", location.pathname === "/outbox" ? 0 : 1);
  say(page, "offline", navigator.onLine === false && location.pathname === "/outbox" ? 1 : 0);
  say(page, "odd-clock", hoursOff());
  say(page, "stranger", me || !list.length ? 0 : 1);
  say(page, "empty", !items || list.length ? 0 : 1);
  say(page, "send", mine.filter(waits).length);
  const made = [];
  await fill(page, "stuck", mine.filter(isStuck), made);
  await fill(page, "waiting", mine.filter(waits), made);
  await fill(page, "received", mine.filter((item) => item.state === "received").reverse(), made);
  fillLocked(page, list.filter((item) => !isMine(item) && item.state !== "received"));
  for (const address of pictures) URL.revokeObjectURL(address);
  pictures = made;
  page.querySelector("[data-send]").onclick = () => sendWaiting({ now: true });
}

async function fill(page, name, items, made) {
  const part = page.querySelector(`[data-part-of="${name}"]`);
  const cards = await Promise.all(items.map((item) => card(page, item, made)));
  part.hidden = !items.length;
  part.querySelector("[data-cards]").replaceChildren(...cards);
}

async function card(page, item, made) {
  const drawn = page.querySelector("template[data-card]").content.firstElementChild.cloneNode(true);
  drawn.dataset.key = item.key;
  const place = (name) => drawn.querySelector(`[data-say="${name}"]`);
  place("name").textContent = item.name;
  const comma = document.documentElement.lang === "en" ? "," : "，";
  place("day").textContent = dayInWords(item.acted_on) + (item.amount ? comma : "");
  place("amount").textContent = item.amount;
  for (const state of drawn.querySelectorAll("[data-state]")) state.hidden = state.dataset.state !== item.state;
  const days = left(item);
  drawn.querySelector("[data-tomorrow]").hidden = days !== WARN_DAYS;
  drawn.querySelector("[data-today]").hidden = days !== 0;
  drawn.querySelector("[data-over]").hidden = days >= 0;
  for (const way of drawn.querySelectorAll("[data-unsent]")) way.hidden = item.state === "received";
  const moved = drawn.querySelector("[data-moved]");
  moved.hidden = !item.was_on;
  if (item.was_on) moved.querySelector("[data-n]").textContent = dayInWords(item.acted_on);
  place("why").textContent = (item.why ?? []).join(" ");
  const open = drawn.querySelector("[data-open]");
  if (item.entry) open.href = `/entries/${item.entry}`;
  const mend = drawn.querySelector("[data-mend]");
  if (item.kind === KEPT_DAY) mend.parentElement.remove(); // there is nothing in it to mend
  mend.href = `/entries/new?activity=${encodeURIComponent(item.activity)}#mend=${item.key}`;
  drawn.querySelector("[data-throw]").addEventListener("click", () => throwAway(item));
  const [photo] = item.state === "received" ? [] : await store.photosOf(item.key).catch(() => []);
  if (photo) {
    const address = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
    made.push(address);
    const image = drawn.querySelector("img");
    image.src = address;
    image.hidden = false;
  }
  return drawn;
}

async function throwAway(item) {
  await store.drop([item.key]);
  sayChanged();
  document.querySelector("main h1").focus();
}

// Somebody else's: how many, and whom they wait for. What they say stays closed.
function fillLocked(page, items) {
  const part = page.querySelector('[data-part-of="locked"]');
  part.hidden = !items.length;
  const masks = new Map();
  for (const item of items) masks.set(item.mask, (masks.get(item.mask) ?? 0) + 1);
  const lines = [...masks].map(([mask, number]) => {
    const line = page.querySelector("template[data-locked]").content.firstElementChild.cloneNode(true);
    line.querySelector("[data-mask]").textContent = mask;
    line.querySelector("[data-n]").textContent = String(number);
    return line;
  });
  part.querySelector("[data-cards]").replaceChildren(...lines);
}
