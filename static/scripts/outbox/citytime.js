// The day of an act is the city's. A phone's clock may be wrong by hours, so every page and every answer of the server
// teaches how far it is off, and that is remembered for when there is no network.
import * as store from "./store.js";

const { body } = document;
const ODD = 10 * 60 * 1000; // a difference worth mentioning
let known = { offset: 0, learned_at: 0 };

// A page fresh from the server says the time; a kept copy does not, and what was learned before holds.
export async function readClock() {
  const remembered = await store.fact("clock").catch(() => undefined);
  if (remembered) known = remembered;
  if (body.dataset.now) await learn(Number(body.dataset.now), whenAnswered());
}

function whenAnswered() {
  const [visit] = performance.getEntriesByType("navigation");
  return Date.now() - (visit?.responseStart ? performance.now() - visit.responseStart : 0);
}

export async function learn(server, phone = Date.now()) {
  known = { offset: server - phone, learned_at: phone };
  await store.note("clock", known).catch(() => {});
}

// Never earlier than what the server has said: a clock that was put back since deceives nobody.
export function cityNow() {
  return Math.max(Date.now(), known.learned_at) + known.offset;
}

export function hoursOff() {
  return Math.abs(known.offset) < ODD ? 0 : Math.max(1, Math.round(Math.abs(known.offset) / 3_600_000));
}

export function offset() {
  return known.offset;
}

export function cityDay(instant = cityNow()) {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: body.dataset.zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(new Date(instant));
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${of.year}-${of.month}-${of.day}`;
}

export function daysBetween(earlier, later) {
  return Math.round((Date.parse(later) - Date.parse(earlier)) / 86_400_000);
}

export function daysBefore(day, days) {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}

// How many days are left in which this day is still taken; 0 means until tonight.
export function daysLeft(day, taken = Number(body.dataset.lateDays)) {
  return taken - daysBetween(day, cityDay());
}

export function dayInWords(day) {
  const [year, month, date] = day.split("-").map(Number);
  const back = daysBetween(day, cityDay());
  const isEnglish = document.documentElement.lang === "en";
  const near = isEnglish ? ["Today", "Yesterday", "Two days ago"] : ["今天", "昨天", "前天"];
  if (near[back]) return near[back];
  if (!isEnglish) return `${month} 月 ${date} 日`;
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }).format(Date.UTC(year, month - 1, date));
}
