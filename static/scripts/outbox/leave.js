// Signing out takes everything of mine off this phone: the copies of pages, and what was not sent. Of the latter the
// page says first how many would be lost. The wiping itself waits until the server has let go.
import { forgetCopies } from "./copies.js";
import * as store from "./store.js";
import { isFresh, me } from "./who.js";

export function mindLeaving() {
  for (const form of document.querySelectorAll("form[action='/logout']")) {
    form.addEventListener("submit", (event) => leave(event, form));
  }
  warn();
}

// Whoever said that they leave is gone from the page: now their things go too.
export async function finishLeaving() {
  if (!isFresh) return;
  const leaving = await store.fact("leaving").catch(() => undefined);
  if (!leaving) return;
  if (leaving.person !== me) {
    await store.wipe(leaving.person);
    await forgetCopies();
  }
  await store.forget("leaving");
}

async function unsent() {
  const items = await store.list().catch(() => []);
  return items.filter((item) => item.person === me && item.state !== "received");
}

let isSure = false;

async function leave(event, form) {
  if (isSure) return;
  event.preventDefault();
  const knows = "warned" in form.dataset;
  if (!knows && (await unsent()).length) {
    location.assign("/logout");
    return;
  }
  if (navigator.onLine === false) {
    const note = document.querySelector("[data-no-leaving]");
    if (note) note.hidden = false;
    else location.assign("/logout");
    delete form.dataset.sent;
    return;
  }
  await store.note("leaving", { person: me }).catch(() => {});
  isSure = true;
  form.submit();
}

async function warn() {
  const warning = document.querySelector("[data-would-be-lost]");
  if (!warning) return;
  const items = await unsent();
  if (!items.length) return;
  for (const figure of document.querySelectorAll("[data-lost]")) figure.textContent = String(items.length);
  warning.hidden = false;
  for (const part of document.querySelectorAll("[data-nothing-lost]")) part.hidden = true;
  for (const part of document.querySelectorAll("[data-something-lost]")) part.hidden = false;
}
