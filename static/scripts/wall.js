// A wall screen runs for months: it renews itself without blinking, and while the network is away it keeps what it shows
// and says since when. Its clock follows the server's, as nobody sets the one behind a screen.
const PATIENCE = 20000;

export function renewWall() {
  const wall = document.getElementById("wall");
  if (!wall) return;
  keepClock(wall);
  setInterval(() => renew(wall), Number(wall.dataset.refreshSeconds) * 1000);
}

async function renew(wall) {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE) });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("wall");
    if (!answer.ok || !fresh) throw new Error(String(answer.status));
    wall.replaceChildren(...fresh.childNodes);
    keepClock(wall);
  } catch {
    const note = wall.querySelector("[data-wall-late]");
    if (note && !note.classList.contains("wall-late")) {
      note.textContent = note.dataset.wallLate;
      note.className = "wall-late";
    }
  }
}

let ticking = 0;

function keepClock(wall) {
  const clock = wall.querySelector("[data-wall-clock]");
  const [hours, minutes] = clock.textContent.split(":").map(Number);
  const seconds = new Date(clock.dateTime).getSeconds();
  const began = performance.now() - (hours * 3600 + minutes * 60 + seconds) * 1000;
  clearInterval(ticking);
  ticking = setInterval(() => {
    const now = Math.floor((performance.now() - began) / 60000) % 1440;
    clock.textContent = `${String(Math.floor(now / 60)).padStart(2, "0")}:${String(now % 60).padStart(2, "0")}`;
  }, 1000);
}
