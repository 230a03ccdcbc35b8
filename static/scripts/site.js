// Every page works without this file; what stands here only makes it quicker.
import { focusErrors, sendOnce, submitOnChange, showPasswords } from "./forms.js";
import { filterLists } from "./filter.js";
import { followChoices } from "./log.js";
import { deskwork } from "./moderation.js";
import { countDown } from "./countdown.js";
import { showPhotos } from "./photos.js";
import { steppers } from "./stepper.js";

document.documentElement.classList.add("scripted");
for (const start of [focusErrors, sendOnce, submitOnChange, showPasswords, filterLists, countDown, showPhotos, steppers, followChoices, deskwork]) {
  start();
}
