// Shows chosen photos before they are sent, and lets them be taken out again.

export function showPhotos() {
  for (const field of document.querySelectorAll("[data-photos]")) {
    if (canHoldFiles()) picker(field);
  }
}

// Old browsers cannot put files back into a field: there the plain field stays.
function canHoldFiles() {
  try {
    return Boolean(new DataTransfer().items);
  } catch {
    return false;
  }
}

function picker(field) {
  const input = field.querySelector("input[type=file]");
  const most = Number(field.dataset.max);
  let photos = [];
  field.querySelector(".photos").classList.add("photos-ready");
  input.addEventListener("change", () => {
    photos = [...photos, ...input.files].slice(0, most);
    draw();
  });

  function draw() {
    const held = new DataTransfer();
    for (const photo of photos) held.items.add(photo);
    input.files = held.files;
    for (const old of field.querySelectorAll(".photo")) {
      URL.revokeObjectURL(old.firstElementChild.src);
      old.remove();
    }
    const add = field.querySelector(".photo-add");
    for (const photo of photos) add.before(preview(photo));
    add.hidden = photos.length >= most;
    const words = add.querySelector("b").dataset;
    add.querySelector("b").textContent = photos.length ? words.more : words.first;
  }

  function preview(photo) {
    const drawn = field.querySelector("template[data-photo]").content.firstElementChild.cloneNode(true);
    drawn.firstElementChild.src = URL.createObjectURL(photo);
    drawn.firstElementChild.alt = photo.name;
    drawn.querySelector("button").addEventListener("click", () => {
      photos = photos.filter((one) => one !== photo);
      draw();
      input.focus();
    });
    return drawn;
  }
}
