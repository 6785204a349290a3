/** The live picture: Home Assistant's own player, in its place on the stage. */

import { loadElement } from "./home-assistant.js";
import { LiveWatch } from "./live.js";
import { findAll } from "./template.js";

const PLAYER = "ha-camera-stream";
const DOUBT = 6000; // milliseconds without a picture after which we ask whether there can be one

/** Owns the element that the player is put into. */
export class LivePicture {
  /** @type {HaCameraStream | null} */ #player = null;
  /** @type {HTMLVideoElement | undefined} */ #video;
  /** @type {object | null} */ #loading = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #restart;

  /**
   * @param {HTMLElement} place
   * @param {() => void} changed
   */
  constructor(place, changed) {
    this.place = place;
    this.changed = changed;
    this.watch = new LiveWatch();
    this.unplayable = false; // in this browser
  }

  get playing() {
    return this.watch.playing;
  }

  get connecting() {
    return Boolean(this.#player || this.#loading || this.#restart) && !this.playing;
  }

  get muted() {
    return this.#player?.muted !== false;
  }

  toggleSound() {
    if (this.#player) this.#player.muted = !this.#player.muted;
  }

  /** @param {CameraView} view */
  follow({ hass, entity }) {
    if (this.#player && entity) Object.assign(this.#player, { hass, stateObj: entity });
  }

  /**
   * Bring it up to date.
   * @param {CameraView} view
   * @param {{ wanted: boolean, seen: boolean }} state
   */
  look(view, { wanted, seen }) {
    const { watch } = this;
    if (seen) watch.seen();
    if (!wanted || !view.canStream || !watch.isWatched) this.end();
    else if (this.#player && this.#hasStalled()) this.#failed();
    else if (watch.hasProven) watch.forgive();
    else if (!this.#player && !this.#loading && !this.#restart && watch.mayStart) this.#start(view);
  }

  end() {
    clearTimeout(this.#restart);
    this.#restart = undefined;
    this.#player?.remove();
    this.#player = this.#loading = null;
    this.#video = undefined;
    this.watch.ended();
  }

  forget() {
    this.end();
    this.watch.forget();
    this.unplayable = false;
  }

  /** @param {CameraView} view */
  async #start(view) {
    const loading = (this.#loading = {});
    const loaded = await loadPlayer(view.id);
    if (this.#loading !== loading) return; // not wanted any more
    this.#loading = null;
    if (loaded) this.#show(view);
    else this.#failed();
  }

  /** @param {CameraView} view */
  #show({ hass, entity }) {
    const player = /** @type {HaCameraStream} */ (document.createElement(PLAYER));
    Object.assign(player, { hass, stateObj: entity, muted: true, controls: false });
    player.addEventListener("load", (event) => {
      if (this.#player === player) this.#shown(event.composedPath());
    });
    player.addEventListener("streams", (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (this.#player === player && detail?.hasVideo === false) this.#failed();
    });
    this.#player = player;
    this.watch.started();
    this.place.replaceChildren(player);
    setTimeout(() => this.#player === player && !this.playing && this.#doubt(player), DOUBT);
    this.changed();
  }

  /**
   * No picture came: find out whether one can.
   * @param {HaCameraStream} player
   */
  async #doubt({ hass, stateObj }) {
    const { isUnplayable } = await import("./codec.js");
    const unplayable = await isUnplayable(hass, stateObj.entity_id);
    if (this.playing) return;
    this.unplayable = unplayable;
    this.changed();
  }

  /** @param {EventTarget[]} path */
  #shown(path) {
    for (const element of path) {
      const root = element instanceof HTMLElement && element.shadowRoot;
      const [video] = root ? findAll(root, "video") : [];
      if (!video) continue; // its own replacement for video: a still
      this.#video = /** @type {HTMLVideoElement} */ (video);
      this.watch.shown();
      this.unplayable = false;
      this.changed();
      return;
    }
  }

  #hasStalled() {
    const video = this.#video;
    return this.watch.hasStalled(video?.currentTime ?? 0, document.hidden || video?.paused);
  }

  #failed() {
    if (this.#player && !this.playing) this.#doubt(this.#player);
    const again = this.watch.failed();
    this.end();
    if (again !== undefined) {
      this.#restart = setTimeout(() => {
        this.#restart = undefined;
        this.changed();
      }, again);
    }
    this.changed();
  }
}

/** @param {string} entity */
async function loadPlayer(entity) {
  try {
    await loadElement(PLAYER, { type: "picture-entity", entity, camera_view: "live" });
    return true;
  } catch {
    return false;
  }
}
