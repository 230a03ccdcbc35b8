// Shows the time left, and takes the offer away when it is used up. Counts from when the page came, so that a device
// whose clock is wrong counts right.

export function countDown() {
  for (const clock of document.querySelectorAll("time[data-seconds-left]")) {
    const end = performance.now() + Number(clock.dataset.secondsLeft) * 1000;
    tick(clock, end);
  }
}

function tick(clock, end) {
  const left = Math.ceil((end - performance.now()) / 1000);
  if (left <= 0) {
    const offer = clock.closest("[data-until]");
    if (offer) offer.hidden = true;
    return;
  }
  clock.textContent = inWords(Math.floor(left / 60), left % 60);
  setTimeout(() => tick(clock, end), 1000);
}

function inWords(minutes, seconds) {
  if (document.documentElement.lang === "en") return minutes ? `${minutes} min ${seconds} s` : `${seconds} s`;
  return minutes ? `${minutes} 分 ${seconds} 秒` : `${seconds} 秒`;
}
