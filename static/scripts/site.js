// Every page works without this file; what stands here only makes it quicker.
import { focusErrors, sendOnce, submitOnChange, showPasswords } from "./forms.js";
import { filterLists } from "./filter.js";
import { followChoices } from "./log.js";
import { askForReason } from "./moderation.js";
import { countDown } from "./countdown.js";
import { showPhotos } from "./photos.js";
import { steppers } from "./stepper.js";
import { renewWall } from "./wall.js";

document.documentElement.classList.add("scripted");
for (const start of [focusErrors, sendOnce, submitOnChange, showPasswords, filterLists, countDown, showPhotos, steppers, followChoices, askForReason, renewWall]) {
  start();
}
