/** What is said of the picture: whether it is live, how old it is, and why there is none. */

import { ago } from "./camera.js";
import { languageOf } from "./localize.js";
import { find, label } from "./template.js";

const CONFIRMATION = 1500; // a photo that was taken is shown to be
const DRAG = 10; // pixels
const SAID = 3000; // what came of a press is shown

/** @type {Intl.DateTimeFormatOptions} */
const SINCE = { dateStyle: "medium", timeStyle: "short" };

/** @type {Record<string, string>} what the integration says of these is for actions that fail */
const UNREACHED = { cannot_connect: "platform_down", device_offline: "offline_since" };

const NO_LIVE = { playing: false, frozen: false, connecting: false, delayed: false, muted: true };

/** @param {Pick<LivePicture, "playing" | "frozen" | "connecting">} live */
function stateOf({ playing, frozen, connecting }) {
  if (playing) return "live";
  return connecting ? (frozen ? "interrupted" : "connecting") : "";
}

/** Owns the stage and the caption; the still and the player are other parts'. */
export class Stage {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #taken;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #said;

  /**
   * @param {HTMLElement} root
   * @param {HomeAssistant} ha
   */
  constructor(root, ha) {
    this.ha = ha;
    this.root = find(root, ".stage");
    this.badge = find(root, ".badge");
    this.badgeWords = find(root, ".badge span");
    this.mute = find(root, ".mute");
    this.muteIcon = /** @type {HaIcon} */ (find(root, ".mute ha-icon"));
    this.open = find(root, ".open");
    this.more = find(root, ".more");
    this.name = find(root, ".name");
    this.age = find(root, ".age");
    this.nothing = find(root, ".nothing");
    this.nothingWords = find(root, ".nothing span");
    this.said = find(root, ".said");
    this.why = find(root, ".why");
  }

  /**
   * Call back when it is to be opened large, and whether the same closes it: by the button, Enter, or
   * a click on the picture that is not the end of a drag.
   * @param {(toggles: boolean) => void} opened
   */
  onOpen(opened) {
    let from = { x: 0, y: 0 };
    this.open.addEventListener("click", () => opened(true));
    this.root.addEventListener("pointerdown", ({ clientX: x, clientY: y }) => (from = { x, y }));
    this.root.addEventListener("click", ({ clientX: x, clientY: y }) => {
      if (Math.hypot(x - from.x, y - from.y) < DRAG) opened(false);
    });
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.repeat) opened(true);
    });
  }

  /** @param {CameraView} view */
  showTexts({ name }) {
    this.name.textContent = name;
    label(this.root, this.ha.text("stage", { name }));
    label(this.open, this.ha.text("open"), true);
    label(this.more, this.ha.text("more"), true);
  }

  /**
   * @param {CameraView} view
   * @param {Snapshot} still
   * @param {Pick<LivePicture, "playing" | "frozen" | "connecting" | "delayed" | "muted">} live
   */
  show(view, still, live = NO_LIVE) {
    const { playing, frozen } = live;
    const state = view.available ? stateOf(live) : "offline";
    this.root.classList.toggle("offline", state === "offline");
    this.root.classList.toggle("playing", playing);
    this.root.classList.toggle("frozen", frozen);
    this.badge.className = `badge ${state}`;
    this.badge.hidden = !state;
    this.badgeWords.textContent = state && this.ha.text(playing && live.delayed ? "live_delayed" : state);
    this.#showSound(live);
    still.describe(this.ha.text("picture", { name: view.name }));
    this.nothing.hidden = playing || frozen || still.isThere;
    this.nothingWords.textContent = this.ha.text(
      view.available && this.why.hidden ? "loading" : "no_picture",
    );
    this.#showAge(still.isThere && !playing && !frozen && !still.isOfNow ? view.takenAt : undefined);
  }

  /**
   * Say what came of a press: to those who hear it and, with `shown`, to those who look.
   * @param {string} words
   */
  say(words, shown = false) {
    clearTimeout(this.#said);
    this.said.textContent = words;
    this.said.classList.toggle("shown", shown);
    this.#said = setTimeout(() => this.said.classList.remove("shown"), SAID);
  }

  /**
   * What is in the way, and what to do. How long it has not been reached, the state tells; what the
   * card has found out by itself is said in its own words.
   * @param {Obstacle} obstacle
   * @param {CameraView} view
   */
  async wordsFor({ translation_key: key, ...more }, { available, entity }) {
    if (!more.translation_domain) return this.ha.text(key);
    const words = UNREACHED[key];
    if (available || !words || !entity) return this.ha.explain({ translation_key: key, ...more });
    const since = new Date(entity.last_changed).toLocaleString(languageOf(this.ha.hass), SINCE);
    return this.ha.text(words, { since });
  }

  /**
   * Say why there is no picture, or none that is new.
   * @param {string} words none: all is well
   */
  explain(words) {
    this.why.hidden = !words;
    if (this.why.textContent !== words) this.why.textContent = words;
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

  /** @param {Pick<LivePicture, "playing" | "muted">} live */
  #showSound({ playing, muted }) {
    this.mute.hidden = !playing;
    label(this.mute, this.ha.text(muted ? "unmute" : "mute"), true);
    this.muteIcon.icon = muted ? "mdi:volume-off" : "mdi:volume-high";
  }

  /** @param {string | undefined} taken */
  #showAge(taken) {
    const language = languageOf(this.ha.hass);
    this.age.hidden = !taken;
    this.age.textContent = taken ? ago(taken, language) : ""; // it describes the stage
    this.age.title = taken ? new Date(taken).toLocaleString(language) : "";
  }
}
