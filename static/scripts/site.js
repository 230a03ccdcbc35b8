// Every page works without this file; what stands here only makes it quicker.
import { focusErrors, sendOnce, submitOnChange, showPasswords } from "./forms.js";
import { filterLists } from "./filter.js";
import { followChoices } from "./log.js";
import { forgetOthers, installWorker } from "./outbox/copies.js";
import { readClock } from "./outbox/citytime.js";
import { keepEntries } from "./outbox/entry_form.js";
import { keepDays } from "./outbox/kept_day.js";
import { finishLeaving, mindLeaving } from "./outbox/leave.js";
import { showOutbox } from "./outbox/list.js";
import { keepSending } from "./outbox/sender.js";
import { deskwork } from "./moderation.js";
import { countDown } from "./countdown.js";
import { offerPrinting } from "./print.js";
import { showPhotos } from "./photos.js";
import { offerPlace } from "./place.js";
import { steppers } from "./stepper.js";
import { renewWall } from "./wall.js";

document.documentElement.classList.add("scripted");
for (const start of [focusErrors, sendOnce, submitOnChange, showPasswords, filterLists, countDown, showPhotos, offerPlace, steppers, followChoices, deskwork, offerPrinting, renewWall]) {
  start();
}

// What the phone keeps. Forms listen at once; whatever shows a day waits for the clock.
const clock = readClock();
keepEntries(clock);
keepDays(clock);
mindLeaving();
keepSending();
clock.then(async () => {
  await finishLeaving().catch(() => {});
  await forgetOthers();
  showOutbox();
  await installWorker();
});
