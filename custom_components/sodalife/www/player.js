/** The live picture: Home Assistant's own players, in their place on the stage. */

import { typesOf } from "./capabilities.js";
import { LiveWatch } from "./live.js";
import { Players } from "./players.js";

const DOUBT = 6000; // milliseconds without a picture after which we ask whether there can be one
const LOOK = 1000;
const SOON = 10000; // so long a picture is worth waiting for: no photo is taken meanwhile

/** Owns the place that the players are put into. */
export class LivePicture {
  /** @type {object | null} */ #loading = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  /** @type {CameraView | undefined} */ #view;
  #wantedSince = 0;
  #blocked = false;
  #muted = true;

  /**
   * @param {HTMLElement} place
   * @param {() => void} changed
   */
  constructor(place, changed) {
    this.changed = changed;
    this.watch = new LiveWatch();
    this.players = new Players(place, {
      frame: (media) => this.#frame(media),
      failed: () => this.#failed(),
    });
    this.unplayable = false; // in this browser
  }

  /** Whether what is shown is live. */
  get playing() {
    return this.watch.moving;
  }

  /** Whether something is shown that stands still. */
  get frozen() {
    return !this.playing && this.players.haveShown;
  }

  get connecting() {
    return this.#wantedSince > 0 && !this.playing && !this.watch.gaveUp;
  }

  /** Whether a live picture is to be expected so soon that a photo would be of no use. */
  get isComing() {
    return this.connecting && (this.frozen || Date.now() - this.#wantedSince < SOON);
  }

  /** Whether it has failed again and again. */
  get gaveUp() {
    return this.#wantedSince > 0 && !this.playing && this.watch.gaveUp;
  }

  /** Whether it is some seconds behind. */
  get delayed() {
    return this.players.areDelayed;
  }

  get muted() {
    return this.#muted;
  }

  toggleSound() {
    this.#muted = !this.#muted;
    this.players.set({ muted: this.#muted });
    if (this.#muted || !this.players.lackSound || !this.#view) return;
    this.players.freeze();
    this.watch.ended();
    this.#open(this.#view);
  }

  /**
   * Say whether something is known to be in its way; once that has gone, it is worth a try.
   * @param {boolean} blocked
   */
  setBlocked(blocked) {
    if (this.#blocked && !blocked) this.watch.forgive();
    this.#blocked = blocked;
  }

  /** @param {CameraView} view */
  follow({ hass }) {
    this.players.set({ hass });
  }

  /**
   * Bring it up to date.
   * @param {CameraView} view
   * @param {{ wanted: boolean, seen: boolean }} state
   */
  look(view, { wanted, seen }) {
    const { watch, players } = this;
    this.#view = view;
    if (seen) watch.seen();
    if (!wanted || !view.canStream || !watch.isWatched) return this.end();
    this.#wantedSince ||= Date.now();
    this.#timer ??= setInterval(this.changed, LOOK);
    if (watch.hasFailed(seen && !document.hidden) && players.areOpen) this.#failed();
    if (!players.areOpen && !this.#loading && watch.mayOpen) this.#open(view);
  }

  end() {
    clearInterval(this.#timer);
    this.#timer = this.#view = undefined;
    this.#wantedSince = 0;
    this.#muted = true;
    this.#loading = null;
    this.players.close();
    this.watch.ended();
  }

  forget() {
    this.end();
    this.watch.forgive();
    this.unplayable = this.#blocked = false;
  }

  /** @param {CameraView} view */
  async #open(view) {
    const loading = (this.#loading = {});
    const types = await typesOf(view);
    if (this.#loading !== loading) return; // not wanted any more
    this.#loading = null;
    this.watch.opened();
    if (!types.length) {
      this.#failed();
      return;
    }
    this.players.open(view, types, this.#muted);
    setTimeout(() => this.#doubt(view), DOUBT);
    this.changed();
  }

  /**
   * No picture came: find out whether one can.
   * @param {CameraView} view
   */
  async #doubt({ hass, id }) {
    if (this.playing || this.#view?.id !== id || this.#blocked) return;
    const { isUnplayable } = await import("./codec.js");
    const unplayable = await isUnplayable(hass, id);
    if (this.playing) return;
    this.unplayable = unplayable;
    this.changed();
  }

  /** @param {number} media */
  #frame(media) {
    const { playing } = this;
    this.watch.frame(media);
    if (this.playing === playing) return;
    this.unplayable = false;
    this.changed();
  }

  #failed() {
    if (this.#view && !this.frozen) this.#doubt(this.#view);
    this.players.freeze();
    this.watch.failed(this.#blocked || this.unplayable);
    if (this.watch.gaveUp) this.players.close(); // a photo says more
    this.changed();
  }
}
