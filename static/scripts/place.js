// Where an act was done, rounded to about a hundred metres before it leaves the phone, and only when asked for by a tap.
// Photos' own places never leave it: only the word whether each agrees does.
import { cityNow } from "./outbox/citytime.js";
import { placeOf } from "./shrink.js";

const DIGITS = 3;
const PATIENCE = 15_000;
const FAR_METRES = 2000;
const DEGREE_METRES = 111_000;

export function offerPlace() {
  const field = document.querySelector("[data-place]");
  if (!field || !navigator.geolocation) return;
  const form = field.closest("form");
  const give = field.querySelector("[data-place-give]");
  const drop = field.querySelector("[data-place-drop]");
  const said = field.querySelector("[data-place-said]");
  let photos = [];
  field.hidden = false;
  show(form.elements.place.value ? "given" : "");

  give.addEventListener("click", () => {
    show("finding");
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 60_000 });
  });
  drop.addEventListener("click", () => {
    form.elements.place.value = form.elements.placed_at.value = "";
    compare();
    show("");
    give.focus();
  });
  // An entry that comes back from the outbox brings its place along.
  form.elements.place.addEventListener("input", () => show(form.elements.place.value ? "given" : ""));
  form.addEventListener("photoschosen", (event) => {
    photos = event.detail;
    compare();
  });

  function found({ coords }) {
    form.elements.place.value = `${coords.latitude.toFixed(DIGITS)},${coords.longitude.toFixed(DIGITS)}`;
    form.elements.placed_at.value = new Date(cityNow()).toISOString();
    compare();
    show("given");
    drop.focus();
  }

  function failed(error) {
    show(error.code === error.PERMISSION_DENIED ? "denied" : "none");
  }

  function compare() {
    const given = form.elements.place.value.split(",").map(Number);
    const words = form.elements.photo_places;
    // Photos from the outbox have lost their places; what was found out about them then still holds.
    const isKnown = photos.some(placeOf) || words.value.split(",").length !== photos.length;
    if (given.length !== 2) words.value = "";
    else if (isKnown) words.value = photos.map((photo) => word(placeOf(photo), given)).join(",");
  }

  function show(state) {
    said.textContent = said.dataset[state] ?? "";
    give.hidden = state === "given";
    drop.hidden = state !== "given";
    give.disabled = state === "finding";
  }
}

function word(taken, [north, east]) {
  if (!taken) return "absent";
  const shrunk = Math.cos((north * Math.PI) / 180);
  return Math.hypot(taken.north - north, (taken.east - east) * shrunk) * DEGREE_METRES > FAR_METRES ? "differs" : "agrees";
}
