// What every form gets: focus on what is wrong, one sending only, selects that send themselves, passwords to look at.

export function focusErrors() {
  document.getElementById("errors")?.focus();
}

const idle = new WeakMap(); // what stood on a button before it said that it is busy

// A second tap while the first is on its way does nothing; the label says that it is.
export function sendOnce() {
  readyForms();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) {
      if ("outbox" in form.dataset) markBusy(event.submitter);
      return;
    }
    if (form.method !== "post" || "many" in form.dataset) return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    const button = event.submitter;
    // Later, so that the button's own name and value still travel with the form.
    setTimeout(() => markBusy(button), 0);
  });
  // The page came back from the browser's memory: its forms can be sent again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-disabled]")) markIdle(button);
  });
}

// The form was sent by script, and may be sent again.
export function freshForm(form) {
  delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-disabled]")) if (button.form === form) markIdle(button);
}

// The server's sentences say what to do, in the page's language; the browser's own bubbles stay away.
export function readyForms() {
  for (const form of document.forms) if (form.method === "post") form.noValidate = true;
}

function markBusy(button) {
  if (!button) return;
  button.setAttribute("aria-disabled", "true");
  if (!button.dataset.busy) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  idle.set(button, [...button.childNodes]);
  button.replaceChildren(button.dataset.busy);
}

function markIdle(button) {
  button.removeAttribute("aria-disabled");
  if (idle.has(button)) button.replaceChildren(...idle.get(button));
}

export function submitOnChange() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-autosubmit]")) event.target.form.requestSubmit?.();
  });
}

export function showPasswords() {
  for (const button of document.querySelectorAll("[data-peek]")) {
    const field = document.getElementById(button.dataset.peek);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    });
  }
}
