// The manager's desk made quicker: a reason is asked for without a round trip, a decision brings the next entry without
// loading the page anew, and at a desk the keys A S D, 1 to 9, J K do what the buttons do.
import { countDown } from "./countdown.js";
import { focusErrors, readyForms } from "./forms.js";

const SWITCHED_OFF = "keys-off";

export function deskwork() {
  document.addEventListener("click", askForReason);
  document.addEventListener("submit", decideInPlace, true);
  document.addEventListener("click", switchKeys);
  document.addEventListener("keydown", pressByKey);
  showKeys();
}

// Whoever turns an entry down says why: where no reason is chosen yet, the reasons come into view.
function askForReason(event) {
  const button = event.target.closest("[data-needs-reason]");
  const form = button?.form;
  if (!form || form.reason.value.trim() || form.querySelector("[name=ready]:checked:not([value=''])")) return;
  event.preventDefault();
  const reasons = form.querySelector("[data-reasons]");
  say(reasons, form.dataset.reasoned);
  const writes = form.querySelector("[name=ready][value='']:checked");
  const first = writes ? form.reason : reasons.querySelector("[name=ready]");
  first.focus({ preventScroll: true });
  reasons.scrollIntoView({ block: "center" });
}

function say(reasons, words) {
  let line = reasons.querySelector(".error");
  if (!line) {
    line = document.createElement("p");
    line.className = "error";
    reasons.querySelector("legend").after(line);
  }
  line.setAttribute("role", "alert");
  line.textContent = words;
  reasons.classList.add("is-wrong");
}

let isBusy = false;

// The answer to a decision is the page with the next entry: its main part takes the place of this one.
async function decideInPlace(event) {
  const form = event.target;
  if (!form.matches("form[data-desk]") || event.defaultPrevented) return;
  event.preventDefault();
  event.stopPropagation();
  if (isBusy) return;
  isBusy = true;
  const button = event.submitter;
  const body = new FormData(form);
  if (button?.name) body.append(button.name, button.value);
  button?.setAttribute("aria-disabled", "true");
  try {
    await show(await fetch(form.action, { method: "POST", body: new URLSearchParams(body) }));
  } catch {
    button?.removeAttribute("aria-disabled");
    offline(form);
  } finally {
    isBusy = false;
  }
}

async function show(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("main");
  const isQueue = new URL(answer.url).pathname.startsWith("/moderation");
  if (!fresh || !isQueue) {
    location.assign(answer.url);
    return;
  }
  document.getElementById("main").replaceWith(document.adoptNode(fresh));
  document.title = page.title;
  // A refused decision is answered at its own address, which only takes what is sent.
  if (answer.redirected) history.replaceState(null, "", answer.url);
  scrollTo(0, 0);
  readyForms();
  countDown();
  showKeys();
  const alarm = document.querySelector("#errors, #main [role=alert]");
  if (alarm) focusErrors();
  else document.getElementById("main").focus({ preventScroll: true });
}

function offline(form) {
  const words = form.dataset.offline;
  let line = form.querySelector(".desk-offline");
  if (!line) {
    line = document.createElement("p");
    line.className = "desk-offline error";
    line.setAttribute("role", "alert");
    form.querySelector(".decide").before(line);
  }
  line.textContent = words;
}

// Keys

function pressByKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || areOff()) return;
  if (event.target.closest("textarea, select, summary, input:not([type=radio])")) return;
  const target = meant(event.key.toLowerCase());
  if (!target) return;
  event.preventDefault();
  target.click();
  if (target.matches("[name=ready]")) (target.value ? target : target.form.reason).focus();
}

function meant(key) {
  const desk = document.getElementById("decide");
  if (!desk) return null;
  if (/^[1-9]$/.test(key)) return desk.querySelectorAll("[name=ready]")[key - 1];
  if (/^[asd]$/.test(key)) return desk.querySelector(`[data-key="${key}"]`);
  if (key !== "j" && key !== "k") return null;
  const rows = [...document.querySelectorAll(".wait")];
  const here = rows.findIndex((row) => row.matches(".wait--chosen"));
  return rows[key === "j" ? here + 1 : here - 1];
}

function switchKeys(event) {
  const button = event.target.closest("[data-keys-switch]");
  if (!button) return;
  try {
    if (areOff()) localStorage.removeItem(SWITCHED_OFF);
    else localStorage.setItem(SWITCHED_OFF, "1");
  } catch {
    return; // a browser that keeps nothing keeps the keys
  }
  showKeys();
}

function areOff() {
  try {
    return localStorage.getItem(SWITCHED_OFF) === "1";
  } catch {
    return false;
  }
}

function showKeys() {
  document.documentElement.classList.toggle("keys-off", areOff());
  for (const button of document.querySelectorAll("[data-keys-switch]")) {
    button.hidden = false;
    button.textContent = areOff() ? button.dataset.on : button.dataset.off;
  }
}
