// The log form: what is told goes onto the phone first, then to the server. So it does not matter when the network, the
// battery or the patience ends. Refusals are shown in the form, with everything in it left as it was.
import { freshForm } from "../forms.js";
import { photosReady } from "../photos.js";
import { steppers } from "../stepper.js";
import { cityDay, cityNow, dayInWords, daysBefore, hoursOff, offset } from "./citytime.js";
import { newKey } from "./key.js";
import { askSession, onChange, post, sayChanged, sendOne, sendWaiting } from "./sender.js";
import * as store from "./store.js";
import { isFresh, mask, me } from "./who.js";

const PATIENCE = 12_000; // nobody looks at a busy button for longer; the sending itself goes on
const NOT_SENT = ["csrf_token", "photo"];
const form = document.querySelector("form[data-outbox]");
let clockIsRead = Promise.resolve();
let mending; // the key of the entry that came from the outbox into this form
let replaced; // the key of the entry that this one is a new version of, under a key of its own
let shown; // the key of the entry whose panel stands in the form's place

// Listens at once; days are asked for once `clock` has been read.
export async function keepEntries(clock) {
  if (!form || !me) return;
  clockIsRead = clock;
  form.elements.client_key.value = newKey();
  form.addEventListener("submit", send);
  await clock;
  if (!isFresh) withoutNetwork();
  if (location.hash.startsWith("#mend=")) await fillIn(location.hash.slice(6));
  onChange(followShown);
}

function send(event) {
  if ("sent" in form.dataset) return; // the first tap is on its way
  event.preventDefault();
  form.dataset.sent = "";
  // Later, once the button says that it is busy.
  setTimeout(() => deliver().finally(() => freshForm(form)), 0);
}

async function deliver() {
  clearErrors();
  await clockIsRead;
  await photosReady();
  const { item, photos } = await told();
  const isKept = await store.keep(item, photos).then(() => true, () => false);
  sayChanged();
  if (!isKept) return sendUnkept(item, photos);
  const outcome = navigator.onLine === false ? "later" : await within(PATIENCE, sendKept(item.key));
  return conclude(item, outcome);
}

async function sendKept(key) {
  const session = await askSession();
  return session ? sendOne(key, session) : "later";
}

function within(milliseconds, promise) {
  return Promise.race([promise, new Promise((resolve) => setTimeout(() => resolve("later"), milliseconds))]);
}

async function conclude(item, outcome) {
  const now = await store.find(item.key);
  const isRefused = outcome === "refused" || outcome === "clash";
  if (replaced && !isRefused) await store.drop([replaced]);
  if (now?.state === "received") return goTo(now.entry);
  if (isRefused) {
    // It is all still in the form, where it can be mended, and need not be kept twice; what came from the outbox stays.
    if (item.key !== mending) await store.drop([item.key]);
    sayChanged();
    if (outcome === "clash") form.elements.client_key.value = newKey();
    return showErrors(now.errors ?? {}, now.why);
  }
  if (outcome === "locked") return showKept(item, "locked");
  return showKept(item, navigator.onLine === false ? "offline" : "slow");
}

// Storage is denied, or full. The form sends as forms do, says so, and keeps what was typed where that fails.
async function sendUnkept(item, photos) {
  const session = await askSession();
  const answer = session?.id === item.person ? await post(item, photos, session) : { status: 0 };
  if (answer.entry) return goTo(answer.entry.id);
  if (answer.why?.[0]) return showErrors(answer.errors, answer.why);
  const note = form.querySelector("[data-unkept]");
  note.hidden = false;
  note.focus();
  return undefined;
}

function goTo(entry) {
  location.assign(`/entries/${entry}?saved=1`);
  return new Promise(() => {}); // the button stays busy until the page is gone
}

async function told() {
  const filled = new FormData(form);
  const fields = [...filled].filter(([name, value]) => !NOT_SENT.includes(name) && typeof value === "string" && value.trim());
  const files = filled.getAll("photo").filter((file) => file.size);
  const photos = await Promise.all(
    files.map(async (file) => ({ bytes: await file.arrayBuffer(), type: file.type, name: file.name })),
  );
  const item = {
    key: filled.get("client_key"),
    person: me,
    mask,
    fields,
    activity: filled.get("activity"),
    name: form.dataset.outbox,
    amount: amountInWords(filled.get("quantity")),
    acted_on: filled.get("acted_on"),
    today: cityDay(), // as believed now; told apart from the act's day where the clock turns out to be wrong
    logged_at: Date.now(),
    offset: offset(),
    photos: photos.length,
    state: "kept",
    tries: 0,
  };
  return { item, photos };
}

function amountInWords(quantity) {
  const unit = form.querySelector(".step-figure .unit");
  return unit ? `${quantity} ${unit.textContent.trim()}` : "";
}

// A copy of the form knows neither the day nor what was earned since it was made.
function withoutNetwork() {
  const today = cityDay(cityNow());
  form.querySelectorAll("[name=acted_on]").forEach((choice, back) => {
    const day = daysBefore(today, back);
    choice.value = day;
    choice.checked = back === 0;
    choice.nextElementSibling.textContent = dayInWords(day);
  });
  for (const field of form.querySelectorAll("[data-stepper]")) {
    for (const limit of ["left", "halved", "nothing"]) delete field.dataset[limit];
    field.classList.remove("stepper-ready");
  }
  for (const line of document.querySelectorAll(".sum-caps, [data-left-today]")) line.hidden = true;
  steppers();
  const note = form.querySelector("[data-copy]");
  note.hidden = false;
  const hours = hoursOff();
  if (!hours) return;
  const odd = form.querySelector("[data-odd-clock]");
  odd.textContent = odd.textContent.replace("%n", hours);
  odd.hidden = false;
}

// An entry that waits, or was refused, comes back into the form.
async function fillIn(key) {
  const item = await store.find(key).catch(() => undefined);
  if (!item?.fields || item.person !== me) return;
  mending = key;
  // Under the key of a clash the server has something else already; what is mended becomes an entry of its own.
  if (item.state === "clash") replaced = key;
  else form.elements.client_key.value = key;
  for (const box of form.querySelectorAll("[type=checkbox]")) box.checked = false;
  for (const [name, value] of item.fields) {
    if (name === "client_key" || name === "activity") continue;
    const choice = form.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);
    if (choice && ["radio", "checkbox"].includes(choice.type)) choice.checked = true;
    else if (form.elements[name] && !(form.elements[name] instanceof RadioNodeList)) form.elements[name].value = value;
  }
  form.elements.place?.dispatchEvent(new Event("input"));
  const photos = (await store.photosOf(key)).map(({ bytes, type, name }) => new File([bytes], name, { type }));
  form.querySelector("[data-photos]")?.dispatchEvent(new CustomEvent("photos", { detail: photos }));
  form.querySelector("[name=quantity]").dispatchEvent(new Event("input"));
  if (item.state === "refused") showErrors(item.errors ?? {}, item.why);
}

function clearErrors() {
  for (const old of document.querySelectorAll("#errors, [data-said]")) old.remove();
  for (const field of form.querySelectorAll(".is-wrong")) field.classList.remove("is-wrong");
  form.querySelector("[data-unkept]").hidden = true;
}

function showErrors(errors, why) {
  clearErrors();
  const summary = form.querySelector("template[data-errors]").content.firstElementChild.cloneNode(true);
  const list = summary.querySelector("ul");
  const named = Object.entries(errors).filter(([name]) => form.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`));
  for (const [name, sentences] of named) list.append(line(sentences[0], showAt(name, sentences[0])));
  if (!named.length) for (const sentence of why) list.append(line(sentence));
  form.prepend(summary);
  summary.focus();
}

function line(sentence, address) {
  const item = document.createElement("li");
  const words = document.createElement(address ? "a" : "span");
  words.textContent = sentence;
  if (address) words.href = address;
  item.append(words);
  return item;
}

function showAt(name, sentence) {
  const input = form.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
  const field = input.closest(".field");
  field.classList.add("is-wrong");
  const said = form.querySelector("template[data-error]").content.firstElementChild.cloneNode(true);
  said.querySelector("span").textContent = sentence;
  (input.closest("fieldset") ?? field).append(said);
  return `#${input.id}`;
}

// What stands on the phone and waits, in the form's place. Works with and without a worker, with and without a network.
function showKept(item, reason) {
  shown = item.key;
  navigator.storage?.persist?.().catch(() => {}); // asks the browser not to tidy it away; some ask the person
  const panel = document.querySelector("template[data-kept]").content.cloneNode(true);
  const say = { name: item.name, day: dayInWords(item.acted_on), amount: item.amount };
  for (const place of panel.querySelectorAll("[data-say]")) place.textContent = say[place.dataset.say];
  for (const part of panel.querySelectorAll("[data-reason]")) part.hidden = part.dataset.reason !== reason;
  panel.querySelector("[data-send]").addEventListener("click", () => sendWaiting({ now: true }));
  document.querySelector("main").replaceChildren(panel);
  document.querySelector(".dock")?.remove();
  scrollTo(0, 0);
  document.querySelector("main h1").focus();
  sendWaiting();
}

// It went through meanwhile, or was looked at and refused: then the outbox says why.
async function followShown() {
  if (!shown) return;
  const item = await store.find(shown);
  if (item?.state === "received") location.replace(`/entries/${item.entry}?saved=1`);
  else if (item?.state === "refused" || item?.state === "clash") location.replace("/outbox");
}
