/** The still picture and when it is renewed. */

import { find } from "./template.js";

const INTERVAL = 10000; // as Home Assistant's own cards; the integration spares the camera
const PATIENCE = 15000;

/** Owns the element with the still. */
export class Snapshot {
  #askedAt = 0;
  /** @type {string | undefined} when the one that is shown was taken */ #of;
  /** @type {HTMLImageElement | null} */ #loading = null;

  /**
   * @param {HTMLElement} place
   * @param {() => string | undefined} takenAt when the newest photo was taken
   * @param {(shape?: string) => void} changed
   */
  constructor(place, takenAt, changed) {
    this.place = place;
    this.takenAt = takenAt;
    this.changed = changed;
    this.isOfNow = false; // while somebody watches live, the still is a frame of that
  }

  get isThere() {
    return this.place.childElementCount > 0;
  }

  /** What the camera sees has changed: the next look brings a new one. */
  expire() {
    this.#askedAt = 0;
  }

  forget() {
    this.expire();
    this.#loading = null;
    this.#of = undefined;
    this.place.replaceChildren();
  }

  /** @param {string} words */
  describe(words) {
    if (this.isThere) find(this.place, "img").setAttribute("alt", words);
  }

  /**
   * Have it renewed if that is due.
   * @param {CameraView} view
   * @param {boolean} poster whether the newest there is will do, however old it is: a live picture comes,
   *   and a photo would cost the camera's next seconds
   */
  look(view, poster = false) {
    const now = Date.now();
    const source = poster ? view.lastPhoto : view.picture;
    const due = view.takenAt !== this.#of || (poster ? !this.isThere : now >= this.#askedAt + INTERVAL);
    const waiting = this.#loading && now < this.#askedAt + PATIENCE;
    if (!due || waiting || !source) return;
    const image = new Image();
    const ofNow = view.streaming && !poster;
    this.#askedAt = poster ? 0 : now;
    this.#loading = image;
    image.onload = () => this.#loaded(image, ofNow);
    image.onerror = () => this.#ended(image);
    image.src = view.hass.hassUrl(`${source}&card=${now}`);
  }

  /**
   * @param {HTMLImageElement} image
   * @param {boolean} ofNow
   */
  #loaded(image, ofNow) {
    if (this.#loading !== image) return;
    this.isOfNow = ofNow;
    this.place.replaceChildren(image);
    this.#ended(image, `${image.naturalWidth} / ${image.naturalHeight}`);
  }

  /**
   * @param {HTMLImageElement} image
   * @param {string} [shape]
   */
  #ended(image, shape) {
    if (this.#loading !== image) return;
    this.#loading = null;
    this.#of = this.takenAt();
    this.changed(shape);
  }
}
