// Builds static/dist: one style sheet, one script, the figures' font, the icons, the service worker; each under a hashed
// name, with .br and .gz beside it, and manifest.json saying which name is which.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import * as sass from "sass";
import subsetFont from "subset-font";
import { icon } from "./icon.mjs";

const SOURCE = new URL("./", import.meta.url);
const PACKAGES = new URL("../node_modules/", import.meta.url);
const FINISHED = new URL("dist/", SOURCE);
const DIST = new URL("dist.new/", SOURCE); // renamed when all is well, so that a failed build leaves the last good one
const TARGET = ["es2020", "safari14.1", "ios14.5", "chrome80"];
const FIGURES = "0123456789+-−–,.:%/×() ";
const COMPRESSED = /\.(css|js|svg|json|txt)$/;

const manifest = {};

function keep(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const hashed = name.replace(/(\.\w+)$/, `.${hash}$1`);
  writeFileSync(new URL(hashed, DIST), content);
  if (COMPRESSED.test(name)) {
    writeFileSync(new URL(`${hashed}.br`, DIST), brotliCompressSync(content));
    writeFileSync(new URL(`${hashed}.gz`, DIST), gzipSync(content, { level: 9 }));
  }
  manifest[name] = hashed;
  return hashed;
}

async function font() {
  const whole = readFileSync(new URL("@fontsource/barlow/files/barlow-latin-600-normal.woff2", PACKAGES));
  const few = await subsetFont(whole, FIGURES, { targetFormat: "woff2" });
  keep("barlow.woff2", few);
}

async function styles() {
  const { css } = sass.compile(new URL("styles/site.scss", SOURCE).pathname, {
    loadPaths: [PACKAGES.pathname],
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
  });
  const linked = css.replace("barlow.woff2", manifest["barlow.woff2"]);
  const small = await build({
    stdin: { contents: linked, loader: "css" },
    external: ["*.woff2"],
    bundle: true,
    minify: true,
    write: false,
    target: TARGET,
  });
  keep("site.css", small.outputFiles[0].contents);
}

async function script(file, define = {}) {
  const bundle = await build({
    entryPoints: [new URL(`scripts/${file}`, SOURCE).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: TARGET,
    define,
  });
  return bundle.outputFiles[0].contents;
}

// The worker holds the list of what to keep on the phone; another list makes it another worker, and phones notice.
async function worker() {
  const wanted = ["site.css", "site.js", "barlow.woff2", "favicon.svg"].map((name) => `/static/${manifest[name]}`);
  const source = readFileSync(new URL("scripts/worker.js", SOURCE));
  const version = createHash("sha256").update(wanted.join()).update(source).digest("hex").slice(0, 10);
  const known = { FILES: JSON.stringify(wanted), VERSION: JSON.stringify(version) };
  keep("sw.js", await script("worker.js", known));
}

function appIcons() {
  for (const size of [180, 192, 512]) keep(`icon-${size}.png`, icon(size, 0.74));
  keep("icon-maskable.png", icon(512, 0.56));
}

// The path data of each icon named in icons.txt, for the templates to draw.
function icons() {
  const names = readFileSync(new URL("icons.txt", SOURCE), "utf8").split("\n").filter((line) => line && line[0] !== "#");
  const drawn = {};
  for (const name of names) {
    const file = new URL(`bootstrap-icons/icons/${name}.svg`, PACKAGES);
    if (!existsSync(file)) throw new Error(`static/icons.txt: bootstrap-icons has no “${name}”`);
    drawn[name] = readFileSync(file, "utf8").replace(/^<svg[^>]*>|<\/svg>\s*$/g, "").trim();
  }
  writeFileSync(new URL("icons.json", DIST), JSON.stringify(drawn));
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST, { recursive: true });
await font();
await styles();
keep("site.js", await script("site.js"));
icons();
appIcons();
keep("favicon.svg", readFileSync(new URL("favicon.svg", SOURCE)));
await worker();
writeFileSync(new URL("manifest.json", DIST), JSON.stringify(manifest, null, 1));
rmSync(FINISHED, { recursive: true, force: true });
renameSync(DIST, FINISHED);
