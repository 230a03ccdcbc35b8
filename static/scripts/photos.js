// Shows chosen photos before they are sent, makes them small, and lets them be taken out again.
import { shrink } from "./shrink.js";

const working = new Set(); // photos that are being made small

export function showPhotos() {
  for (const field of document.querySelectorAll("[data-photos]")) {
    if (canHoldFiles()) picker(field);
  }
}

// Resolves once no photo is being made small any more.
export async function photosReady() {
  while (working.size) await Promise.all(working);
}

// Old browsers cannot put files back into a field: there the plain fields stay.
function canHoldFiles() {
  try {
    return Boolean(new DataTransfer().items);
  } catch {
    return false;
  }
}

function picker(field) {
  const held = field.querySelector("[data-album] input");
  const camera = field.querySelector("[data-camera] input");
  const words = field.querySelector("[data-photo-words]").dataset;
  const most = Number(field.dataset.max);
  let photos = [];
  field.querySelector(".photos").classList.add("photos-ready");
  camera.removeAttribute("name"); // what it took is handed on; without script it would be sent by itself
  for (const input of [held, camera]) {
    input.addEventListener("change", () => {
      const added = [...input.files];
      if (input === camera) input.value = "";
      else holdAll();
      const taking = take(added).finally(() => working.delete(taking));
      working.add(taking);
    });
  }
  // For whoever fills the form from elsewhere.
  field.addEventListener("photos", (event) => {
    photos = event.detail;
    draw();
  });

  async function take(files) {
    say("");
    field.setAttribute("aria-busy", "true");
    const wrong = [];
    for (const file of files.slice(0, most - photos.length)) {
      const small = await shrink(file);
      if (small) photos = [...photos, small];
      else wrong.push(file.name);
    }
    field.removeAttribute("aria-busy");
    draw();
    if (wrong.length) say(words.wrong.replace("%s", wrong[0]));
    else if (files.length > most || photos.length > most) say(words.many);
  }

  function holdAll() {
    const files = new DataTransfer();
    for (const photo of photos) files.items.add(photo);
    held.files = files.files;
  }

  function draw() {
    holdAll();
    field.dispatchEvent(new CustomEvent("photoschosen", { detail: photos, bubbles: true }));
    for (const old of field.querySelectorAll(".photo")) {
      URL.revokeObjectURL(old.firstElementChild.src);
      old.remove();
    }
    const add = field.querySelector("[data-camera]");
    for (const photo of photos) add.before(preview(photo));
    for (const way of field.querySelectorAll(".photo-add")) way.hidden = photos.length >= most;
    add.querySelector("b").textContent = photos.length ? words.more : words.first;
  }

  function preview(photo) {
    const drawn = field.querySelector("template[data-photo]").content.firstElementChild.cloneNode(true);
    drawn.firstElementChild.src = URL.createObjectURL(photo);
    drawn.firstElementChild.alt = photo.name;
    drawn.querySelector("button").addEventListener("click", () => {
      photos = photos.filter((one) => one !== photo);
      draw();
      camera.focus();
    });
    return drawn;
  }

  function say(sentence) {
    const line = field.querySelector("[data-photo-words]");
    line.textContent = sentence;
    line.hidden = !sentence;
  }
}
