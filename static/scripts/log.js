// Another day, or a child instead of oneself: what is left under the caps is asked of the server anew.
import { steppers } from "./stepper.js";

export function followChoices() {
  const form = document.querySelector("form[data-follow]");
  if (!form) return;
  let latest = 0;
  form.addEventListener("change", async (event) => {
    if (!["acted_on", "resident"].includes(event.target.name)) return;
    const turn = (latest += 1);
    const page = await ask(form);
    if (page && turn === latest) takeOver(page);
  });
}

async function ask(form) {
  const chosen = new URLSearchParams();
  for (const name of ["activity", "acted_on", "resident", "team", "quantity"]) {
    const value = new FormData(form).get(name);
    if (value) chosen.set(name, value);
  }
  try {
    const answer = await fetch(`${form.dataset.follow}?${chosen}`);
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null; // no network: the sum stays as it was, and the server counts anyway
  }
}

function takeOver(page) {
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (fresh) part.replaceWith(document.adoptNode(fresh));
  }
  steppers();
}
