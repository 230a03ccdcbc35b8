// Whoever turns an entry down says why: where no reason is chosen yet, the reasons come into view, without a round trip.

export function askForReason() {
  document.addEventListener("click", (event) => {
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
  });
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
