// Narrows a list on the page while one types; without script the same field asks the server.

export function filterLists() {
  for (const field of document.querySelectorAll("[data-filter]")) {
    const list = document.querySelector(field.dataset.filter);
    if (!list) continue;
    const none = list.parentElement.querySelector("[data-filter-none]");
    field.addEventListener("input", () => {
      const shown = narrow(list, field.value.trim().toLowerCase());
      if (none) none.hidden = shown > 0;
    });
  }
}

function narrow(list, wanted) {
  let shown = 0;
  for (const item of list.children) {
    const words = (item.dataset.words ?? item.textContent).toLowerCase();
    item.hidden = !words.includes(wanted);
    shown += item.hidden ? 0 : 1;
  }
  return shown;
}
