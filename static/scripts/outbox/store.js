// What this phone keeps: entries on their way, their photos, and a few facts. IndexedDB; nothing else is trusted to
// survive the browser being closed. Photos are kept as bytes and type, because some phones damage stored blobs.
import { openDB } from "idb";

const NAME = "civic-outbox";
const PATIENCE = 4000; // some browsers never answer where storage is denied
const RECEIVED_KEPT = 10; // of each person; the entries themselves stand on the server

// One step for each version of the database, oldest first; a step is never changed once it was published.
const STEPS = [
  (db) => {
    db.createObjectStore("items", { keyPath: "key" });
    db.createObjectStore("photos", { keyPath: "key" });
    db.createObjectStore("facts", { keyPath: "id" });
  },
];

let opened;

function open() {
  opened ??= soon(
    openDB(NAME, STEPS.length, {
      upgrade: (db, from) => STEPS.slice(from).forEach((step) => step(db)),
      // A newer page wants to change the database: this one lets go, and opens it again when it needs to.
      blocking: (_current, _wanted, event) => {
        event.target.close();
        opened = undefined;
      },
      terminated: () => (opened = undefined),
    }),
  );
  return opened;
}

function soon(promise) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), PATIENCE))]);
}

// Resolves only once it is on the disk. Rejects where the phone is full or keeps nothing at all.
export async function keep(item, photos) {
  const tx = (await open()).transaction(["items", "photos"], "readwrite", { durability: "strict" });
  const kept = { key: item.key, photos };
  await Promise.all([tx.objectStore("items").put(item), tx.objectStore("photos").put(kept), tx.done]);
}

export async function find(key) {
  return (await open()).get("items", key);
}

export async function list() {
  const items = await (await open()).getAll("items");
  return items.sort((a, b) => a.logged_at - b.logged_at);
}

export async function photosOf(key) {
  return (await (await open()).get("photos", key))?.photos ?? [];
}

// Changes an entry that is still there; says whether it was.
export async function change(key, changes) {
  const tx = (await open()).transaction("items", "readwrite", { durability: "strict" });
  const item = await tx.store.get(key);
  if (item) await tx.store.put({ ...item, ...changes });
  await tx.done;
  return Boolean(item);
}

// The server has it: the photos go, a line stays to say so.
export async function received(key, entry, at) {
  const tx = (await open()).transaction(["items", "photos"], "readwrite", { durability: "strict" });
  const items = tx.objectStore("items");
  const item = await items.get(key);
  if (item) {
    const { fields, tries, next_at, why, ...told } = item;
    await items.put({ ...told, state: "received", entry, received_at: at });
    await tx.objectStore("photos").delete(key);
    const older = (await items.getAll()).filter((one) => one.state === "received" && one.person === item.person);
    older.sort((a, b) => b.received_at - a.received_at);
    for (const one of older.slice(RECEIVED_KEPT)) await items.delete(one.key);
  }
  await tx.done;
}

export async function drop(keys) {
  const tx = (await open()).transaction(["items", "photos"], "readwrite");
  for (const key of keys) {
    tx.objectStore("items").delete(key);
    tx.objectStore("photos").delete(key);
  }
  await tx.done;
}

// Everything of one person's, sent or not.
export async function wipe(person) {
  await drop((await list()).filter((item) => item.person === person).map((item) => item.key));
}

export async function fact(id) {
  return (await open()).get("facts", id);
}

export async function note(id, content) {
  await (await open()).put("facts", { id, ...content });
}

export async function forget(id) {
  await (await open()).delete("facts", id);
}

// Takes a named right for a while, unless somebody else holds it; says whether it did. In one transaction, so that of
// two pages only one gets it.
export async function lease(owner, now, milliseconds) {
  const tx = (await open()).transaction("facts", "readwrite");
  const held = await tx.store.get("lease");
  // A time further ahead than any lease lasts was written by a clock that has been put back since.
  const isHeld = held && held.owner !== owner && held.until > now && held.until <= now + milliseconds;
  if (!isHeld) await tx.store.put({ id: "lease", owner, until: now + milliseconds });
  await tx.done;
  return !isHeld;
}

export async function endLease(owner) {
  const tx = (await open()).transaction("facts", "readwrite");
  const held = await tx.store.get("lease");
  if (held?.owner === owner) await tx.store.delete("lease");
  await tx.done;
}
