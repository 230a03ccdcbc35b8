// Makes a photo small enough to keep and to send: at most 2048 px, JPEG, drawn anew from its pixels, so that place and
// camera are gone before anything leaves the phone. Only the moment it was taken is written back: the server compares
// it with the day of the act and forgets it.

const LONGEST = 2048;
const QUALITY = 0.85;
const TAKEN = 0x9003;
const TAKEN_OFFSET = 0x9011;
const CAMERA = 0x8769;
const GPS = 0x8825;
const [NORTH_OR_SOUTH, NORTH, EAST_OR_WEST, EAST] = [1, 2, 3, 4];
const places = new WeakMap(); // by photo; forgotten with it, and never written anywhere
const MOST_BYTES = 15 * 1024 * 1024; // what the server takes as it is

// The photo to keep, or null for what is none. What this browser cannot open but the server can goes as it came.
export async function shrink(file) {
  const head = new Uint8Array(await file.slice(0, 128 * 1024).arrayBuffer());
  if (!isPicture(head)) return null;
  const drawn = await redraw(file);
  if (!drawn) return file.size <= MOST_BYTES ? file : null;
  const name = `${file.name.replace(/\.[^.]*$/, "") || "photo"}.jpg`;
  const told = exif(head);
  const small = new File([withMoment(new Uint8Array(await drawn.arrayBuffer()), told.moment)], name, { type: "image/jpeg" });
  if (told.place) places.set(small, told.place);
  return small;
}

// Where a photo made small here was taken, in degrees; undefined where its camera did not say.
export function placeOf(photo) {
  return places.get(photo);
}

function isPicture(head) {
  const text = String.fromCharCode(...head.slice(0, 12));
  return text.startsWith("\xff\xd8\xff") || text.startsWith("\x89PNG") || text.startsWith("RIFF") || text.slice(4, 8) === "ftyp" || text.startsWith("GIF8") || text.startsWith("BM");
}

async function redraw(file) {
  const address = URL.createObjectURL(file);
  const image = new Image();
  const canvas = document.createElement("canvas");
  try {
    image.src = address;
    await image.decode();
    const scale = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    const paint = canvas.getContext("2d");
    paint.fillStyle = "#fff";
    paint.fillRect(0, 0, canvas.width, canvas.height);
    paint.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
    canvas.width = 0; // phones free the memory only then
  }
}

// What a camera wrote into a photo: when it was taken, and where. Each is absent where it is broken.
function exif(head) {
  const folders = attempt(() => read(new DataView(head.buffer)));
  return { moment: folders && attempt(() => readMoment(folders)), place: folders && attempt(() => readPlace(folders)) };
}

function attempt(reading) {
  try {
    return reading();
  } catch {
    return null;
  }
}

// The folders of EXIF, with ways to look into them.
function read(view) {
  let at = 2;
  while (view.getUint16(at) !== 0xffe1 || view.getUint32(at + 4) !== 0x45786966) {
    if (view.getUint8(at) !== 0xff) return null;
    at += 2 + view.getUint16(at + 2);
  }
  const tiff = at + 10;
  const little = view.getUint16(tiff) === 0x4949;
  const number = (place) => view.getUint32(tiff + place, little);
  const find = (folder, tag) => {
    for (let line = 0; line < view.getUint16(tiff + folder, little); line += 1) {
      const entry = folder + 2 + 12 * line;
      if (view.getUint16(tiff + entry, little) === tag) return entry;
    }
    return null;
  };
  const need = (folder, tag) => {
    const entry = find(folder, tag);
    if (entry === null) throw new RangeError("no such tag");
    return entry;
  };
  const text = (entry, length) => {
    const from = length > 4 ? number(entry + 8) : entry + 8;
    return String.fromCharCode(...new Uint8Array(view.buffer, tiff + from, length)).replace(/\0.*$/s, "");
  };
  const folder = (tag) => number(need(number(4), tag) + 8);
  return { folder, find, need, text, number };
}

// As the camera wrote it down ("2026:11:25 08:30:00"), and its offset where it is there.
function readMoment({ folder, find, text, number }) {
  const camera = folder(CAMERA);
  const taken = find(camera, TAKEN);
  const offset = find(camera, TAKEN_OFFSET);
  const told = { taken: text(taken, 19), offset: offset === null ? "" : text(offset, number(offset + 4)) };
  return /^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d$/.test(told.taken) ? told : null;
}

function readPlace({ folder, need, text, number }) {
  const gps = folder(GPS);
  const degrees = (tag) => {
    const from = number(need(gps, tag) + 8);
    const part = (place) => number(from + 8 * place) / number(from + 8 * place + 4);
    return part(0) + part(1) / 60 + part(2) / 3600;
  };
  const side = (tag, other) => (text(need(gps, tag), 2) === other ? -1 : 1);
  const [north, east] = [degrees(NORTH) * side(NORTH_OR_SOUTH, "S"), degrees(EAST) * side(EAST_OR_WEST, "W")];
  return Number.isFinite(north) && Number.isFinite(east) && (north || east) ? { north, east } : null;
}

// A JPEG with an EXIF part of our own behind its first two bytes: the moment, and nothing else.
function withMoment(jpeg, told) {
  if (!told) return jpeg;
  const lines = [[TAKEN, `${told.taken}\0`]];
  if (/^[+-]\d\d:\d\d$/.test(told.offset)) lines.push([TAKEN_OFFSET, `${told.offset}\0`]);
  const folder = 26; // behind the head (8) and the first folder with its one line (18)
  let free = folder + 2 + 12 * lines.length + 4;
  const size = free + lines.reduce((sum, [, text]) => sum + text.length, 0);
  const part = new DataView(new ArrayBuffer(10 + size));
  part.setUint16(0, 0xffe1);
  part.setUint16(2, 8 + size);
  part.setUint32(4, 0x45786966); // "Exif"
  const line = (at, tag, kind, count, value) => {
    part.setUint16(10 + at, tag);
    part.setUint16(12 + at, kind);
    part.setUint32(14 + at, count);
    part.setUint32(18 + at, value);
  };
  part.setUint32(10, 0x4d4d002a); // the high byte first
  part.setUint32(14, 8);
  part.setUint16(18, 1);
  line(10, CAMERA, 4, 1, folder);
  part.setUint16(10 + folder, lines.length);
  lines.forEach(([tag, text], number) => {
    line(folder + 2 + 12 * number, tag, 2, text.length, free);
    [...text].forEach((sign, place) => part.setUint8(10 + free + place, sign.charCodeAt(0)));
    free += text.length;
  });
  const written = new Uint8Array(jpeg.length + part.byteLength);
  written.set(jpeg.subarray(0, 2));
  written.set(new Uint8Array(part.buffer), 2);
  written.set(jpeg.subarray(2), 2 + part.byteLength);
  return written;
}
