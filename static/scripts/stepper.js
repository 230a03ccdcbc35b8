// Buttons beside a number, and the points it would earn. The server decides; this only says it beforehand.
import { points } from "./points.js";

export function steppers() {
  for (const field of document.querySelectorAll("[data-stepper]:not(.stepper-ready)")) stepper(field);
}

function stepper(field) {
  const input = field.querySelector("input");
  const buttons = [...field.querySelectorAll("[data-step]")];
  const least = Number(input.min || 1);
  const most = Number(input.max || 1e6);

  function show() {
    const quantity = clamp(Math.floor(Number(input.value)) || least);
    input.dataset.digits = String(input.value.length || 1);
    for (const button of buttons) button.disabled = quantity === (Number(button.dataset.step) < 0 ? least : most);
    tell(points(field.dataset, quantity), quantity);
  }

  function clamp(quantity) {
    return Math.min(most, Math.max(least, quantity));
  }

  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      input.value = clamp((Math.floor(Number(input.value)) || least) + Number(button.dataset.step));
      show();
    });
  }
  field.classList.add("stepper-ready");
  input.addEventListener("input", show);
  show();
}

function tell({ earned, perUnit, halvedOff, cut }, quantity) {
  put("[data-points]", () => earned);
  put("[data-per-unit]", () => perUnit);
  put("[data-quantity]", () => quantity);
  put("[data-times]", (element) => Number(element.dataset.times) * quantity);
  put("[data-noun-many]", (element) => (quantity === 1 ? element.dataset.noun : element.dataset.nounMany));
  put("[data-day-total]", (element) => Number(element.dataset.before || 0) + earned);
  takeOff("[data-halved-off]", halvedOff);
  takeOff("[data-cut]", cut);
  for (const bar of document.querySelectorAll("rect[data-day-bar]")) {
    bar.setAttribute("width", `${(100 * earned) / Number(bar.dataset.cap)}%`);
  }
}

function put(selector, value) {
  for (const element of document.querySelectorAll(selector)) element.textContent = String(value(element));
}

// What is taken off stands with a minus; a line that takes nothing off is not shown.
function takeOff(selector, points) {
  for (const element of document.querySelectorAll(selector)) {
    element.textContent = `−${points}`;
    for (const part of [element, element.previousElementSibling]) part.hidden = points === 0;
  }
}
