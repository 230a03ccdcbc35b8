// Draws the brand leaf as a PNG, so that a phone can show it among its apps: our own path data, no picture in the tree.
import { deflateSync } from "node:zlib";

const PAPER = [0xf6, 0xf3, 0xea];
const GREEN = [0x1b, 0x5e, 0x45];
const GOLD = [0xe2, 0xa7, 0x2a];
const BOX = 48; // the side of the box that the paths are drawn in
const FINE = 4; // samples a pixel, each way
const STEPS = 96; // straight pieces a curve is cut into
const LEFT = "M23.6 34.5C20 29.2 12.4 26 3.2 25.6C2.2 15.8 8 7.4 16.6 4.6C20.6 4.3 22.6 8.8 23.2 16.8Z";
const RIGHT = "M24.4 34.5C28 29.2 35.6 26 44.8 25.6C45.8 15.8 40 7.4 31.4 4.6C27.4 4.3 25.4 8.8 24.8 16.8Z";
const STEM = "M24 33.5C24.2 38.5 23 42.5 20 46";
const STEM_WIDTH = 3;

// `share` of the side is the leaf; the rest is paper. A maskable icon needs more of it, as phones cut its corners off.
export function icon(size, share) {
  const colours = painted(size * FINE, share);
  const rows = Buffer.alloc(size * (1 + size * 3));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const mean = average(colours, size * FINE, x * FINE, y * FINE);
      rows.set(mean, y * (1 + size * 3) + 1 + x * 3);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2, 0, 0, 0], 8); // eight bits, red green blue, nothing special
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

// The colour of every sample: 0 paper, 1 green, 2 gold.
function painted(side, share) {
  const samples = new Uint8Array(side * side);
  const scale = (side * share) / BOX;
  const shift = (side - BOX * scale) / 2;
  const at = ([x, y]) => [x * scale + shift, y * scale + shift];
  fill(samples, side, points(LEFT).map(at), 1);
  fill(samples, side, points(RIGHT).map(at), 2);
  for (const middle of points(STEM).map(at)) dot(samples, side, middle, (STEM_WIDTH / 2) * scale);
  return samples;
}

function fill(samples, side, corners, colour) {
  for (let y = 0; y < side; y += 1) {
    const crossings = [];
    for (let one = 0; one < corners.length; one += 1) {
      const [ax, ay] = corners[one];
      const [bx, by] = corners[(one + 1) % corners.length];
      if (ay > y + 0.5 !== by > y + 0.5) crossings.push(ax + ((y + 0.5 - ay) / (by - ay)) * (bx - ax));
    }
    crossings.sort((a, b) => a - b);
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      samples.fill(colour, y * side + Math.round(crossings[pair]), y * side + Math.round(crossings[pair + 1]));
    }
  }
}

function dot(samples, side, [cx, cy], radius) {
  for (let y = Math.floor(cy - radius); y <= cy + radius; y += 1) {
    const half = Math.sqrt(Math.max(0, radius * radius - (y + 0.5 - cy) ** 2));
    if (half) samples.fill(1, y * side + Math.round(cx - half), y * side + Math.round(cx + half));
  }
}

// A path of M, C and Z with absolute figures, as the corners of many short straight pieces.
function points(path) {
  const found = [];
  for (const [, letter, written] of path.matchAll(/([MC])([^MCZ]*)/g)) {
    const figures = written.trim().split(/[ ,]+/).map(Number);
    if (letter === "M") found.push([figures[0], figures[1]]);
    else found.push(...curve(found[found.length - 1], figures));
  }
  return found;
}

function curve([x0, y0], [x1, y1, x2, y2, x3, y3]) {
  return Array.from({ length: STEPS }, (_, step) => {
    const t = (step + 1) / (STEPS);
    const s = 1 - t;
    const mix = (a, b, c, d) => s ** 3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t ** 3 * d;
    return [mix(x0, x1, x2, x3), mix(y0, y1, y2, y3)];
  });
}

function average(samples, side, x, y) {
  const sum = [0, 0, 0];
  for (let down = 0; down < FINE; down += 1) {
    for (let right = 0; right < FINE; right += 1) {
      const colour = [PAPER, GREEN, GOLD][samples[(y + down) * side + x + right]];
      for (let part = 0; part < 3; part += 1) sum[part] += colour[part];
    }
  }
  return sum.map((part) => Math.round(part / (FINE * FINE)));
}

function chunk(name, content) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
