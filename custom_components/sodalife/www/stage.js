/** What is laid over the picture: whether it is live, how old it is, and what takes its place. */

import { ago } from "./camera.js";
import { languageOf } from "./localize.js";
import { find, label } from "./template.js";

const CONFIRMATION = 1500; // a photo that was taken is shown to be

/** Owns the stage; the still and the player in it are other parts'. */
export class Stage {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #taken;

  /**
   * @param {HTMLElement} root
   * @param {HomeAssistant} ha
   */
  constructor(root, ha) {
    this.root = root;
    this.ha = ha;
    this.badge = find(root, ".badge");
    this.badgeWords = find(root, ".badge span");
    this.mute = find(root, ".mute");
    this.muteIcon = /** @type {HaIcon} */ (find(root, ".mute ha-icon"));
    this.more = find(root, ".more");
    this.name = find(root, ".name");
    this.age = find(root, ".age");
    this.nothing = find(root, ".nothing");
    this.nothingWords = find(root, ".nothing span");
  }

  /** @param {CameraView} view */
  showTexts({ name }) {
    this.name.textContent = name;
    label(this.root, this.ha.text("stage", { name }));
    label(this.more, this.ha.text("more"), true);
  }

  /**
   * @param {CameraView} view
   * @param {LivePicture} live
   * @param {Snapshot} still
   */
  show(view, live, still) {
    const { playing } = live;
    const state = !view.available ? "offline" : playing ? "live" : live.connecting ? "connecting" : "";
    this.root.classList.toggle("offline", state === "offline");
    this.root.classList.toggle("playing", playing);
    this.badge.className = `badge ${state}`;
    this.badge.hidden = !state;
    this.badgeWords.textContent = state && this.ha.text(state);
    this.#showSound(live);
    still.describe(this.ha.text("picture", { name: view.name }));
    this.nothing.hidden = playing || still.isThere;
    this.nothingWords.textContent = this.ha.text(view.available ? "loading" : "no_picture");
    this.#showAge(still.isThere && !playing && !still.isOfNow ? view.takenAt : undefined);
  }

  /** @param {string} shape width / height */
  fit(shape) {
    this.root.style.setProperty("--shape", shape);
  }

  /** A flash: the photo is taken. `confirmed` is told again when that has been seen. */
  confirmCapture(confirmed = (/** @type {boolean} */ taken) => {}) {
    const show = (/** @type {boolean} */ taken) => {
      this.root.classList.toggle("taken", taken);
      confirmed(taken);
    };
    clearTimeout(this.#taken);
    this.#taken = setTimeout(show, CONFIRMATION, false);
    show(true);
  }

  /** @param {LivePicture} live */
  #showSound({ playing, muted }) {
    this.mute.hidden = !playing;
    label(this.mute, this.ha.text(muted ? "unmute" : "mute"), true);
    this.muteIcon.icon = muted ? "mdi:volume-off" : "mdi:volume-high";
  }

  /** @param {string | undefined} taken */
  #showAge(taken) {
    this.age.hidden = !taken;
    if (!taken) return;
    const language = languageOf(this.ha.hass);
    this.age.textContent = ago(taken, language);
    this.age.title = new Date(taken).toLocaleString(language);
  }
}
