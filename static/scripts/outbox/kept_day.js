// A day on which a pledge was kept, ticked: onto the phone first, then to the server, as whole entries are. A day that
// waits is told apart from one that was received, and is not ticked twice.
import { cityDay, dayInWords, daysBefore, offset } from "./citytime.js";
import { newKey } from "./key.js";
import { onChange, sayChanged, sendWaiting } from "./sender.js";
import * as store from "./store.js";
import { isFresh, mask, me } from "./who.js";

export const KEPT_DAY = "kept_day";
const PATIENCE = 12_000; // then the page stays where it is; the sending itself goes on
const slots = [...document.querySelectorAll("[data-kept-day]")];
const since = isFresh ? Date.now() : 0; // what was received before, a fresh page knows of itself
let clockIsRead = Promise.resolve();

export async function keepDays(clock) {
  if (!slots.length || !me) return;
  clockIsRead = clock;
  for (const slot of slots) formOf(slot).addEventListener("submit", (event) => tick(event, slot));
  await clock;
  if (!isFresh) slots.forEach(moveOn);
  onChange(draw);
  await draw();
}

const formOf = (slot) => slot.querySelector("form");
const field = (slot, name) => formOf(slot).elements[name].value;

// A copy of the page was made on some day before: its places are those of today, yesterday and the day before.
function moveOn(slot) {
  const day = daysBefore(cityDay(), Number(slot.dataset.keptDay));
  formOf(slot).elements.acted_on.value = day;
  slot.toggleAttribute("data-filled", slot.dataset.filledIn.split(" ").includes(day));
  for (const word of slot.querySelectorAll("[data-day-word]")) word.textContent = dayInWords(day);
}

async function draw() {
  const items = await store.list().catch(() => []);
  for (const slot of slots) {
    const mine = items.filter((item) => isOf(slot, item));
    const isWaiting = mine.some((item) => item.state === "kept");
    const isDone = "filled" in slot.dataset || mine.some((item) => item.state === "received" && item.received_at > since);
    formOf(slot).hidden = isDone || isWaiting;
    slot.querySelector("[data-if=filled]").hidden = !isDone;
    slot.querySelector("[data-if=waiting]").hidden = isDone || !isWaiting;
  }
}

function isOf(slot, item) {
  if (item.kind !== KEPT_DAY || item.person !== me) return false;
  return ["activity", "acted_on", "resident"].every((name) => item[name] === field(slot, name));
}

async function tick(event, slot) {
  event.preventDefault();
  const form = formOf(slot);
  if ("sent" in form.dataset) return; // the first tap is on its way
  form.dataset.sent = "";
  await clockIsRead;
  const before = await store.list().catch(() => null);
  if (!before) return form.submit(); // the phone keeps nothing: the form sends as forms do
  if (!before.some((item) => isOf(slot, item) && item.state === "kept")) {
    const item = told(form);
    const isKept = await store.keep(item, []).then(() => true, () => false);
    if (!isKept) return form.submit();
    sayChanged();
    await follow(item.key);
  }
  delete form.dataset.sent;
  return draw();
}

// With a network the next page is the one that the form itself would have led to.
async function follow(key) {
  const left = Date.now() + PATIENCE;
  await sendWaiting({ now: true });
  const now = await store.find(key);
  if (Date.now() > left) return;
  if (now?.state === "received") location.assign(`/entries/${now.entry}?saved=1`);
  else if (now && now.state !== "kept") location.assign("/outbox");
}

function told(form) {
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrf_token" && name !== "client_key");
  const key = newKey();
  const of = Object.fromEntries(fields);
  return {
    key,
    kind: KEPT_DAY,
    person: me,
    mask,
    fields: [...fields, ["client_key", key]],
    activity: of.activity,
    resident: of.resident,
    name: form.dataset.keep,
    amount: "",
    acted_on: of.acted_on,
    late_days: Number(form.dataset.lateDays),
    today: cityDay(),
    logged_at: Date.now(),
    offset: offset(),
    photos: 0,
    state: "kept",
    tries: 0,
  };
}
