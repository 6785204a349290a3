/** When a live picture is started, when it has failed, and how long to wait then. No page needed. */

const LIVE_PATIENCE = 40000; // until the first picture
const STALLED = 15000; // a live picture that does not move on
const PROVEN = 20000; // one that moved for so long is only interrupted ...
const RESTART = 1000; // ... and starts again at once
const LIVE_PAUSE = 30000; // otherwise; doubles with every failure ...
const MAX_LIVE_PAUSE = 300000; // ... up to this
const AWAY = 10000; // nobody looks for so long: the live picture ends

/** Watches over one live picture after the other. */
export class LiveWatch {
  #seenAt = Number.NEGATIVE_INFINITY;
  #notBefore = 0;
  #pause = 0;
  #progress = { shownAt: 0, at: 0, time: Number.NaN };

  /** @param {() => number} now milliseconds */
  constructor(now = () => Date.now()) {
    this.now = now;
    this.playing = false;
  }

  /** Somebody looks. */
  seen() {
    this.#seenAt = this.now();
  }

  get isWatched() {
    return this.now() - this.#seenAt < AWAY;
  }

  get mayStart() {
    return this.now() >= this.#notBefore;
  }

  /** A player is there, which shows nothing yet. */
  started() {
    this.#progress = { shownAt: 0, at: this.now(), time: Number.NaN };
  }

  /** The player shows the picture, for the first time or again. */
  shown() {
    const now = this.now();
    this.#progress = { shownAt: this.#progress.shownAt || now, at: now, time: Number.NaN };
    this.playing = true;
  }

  /**
   * Look at how far the picture is, in seconds; tell whether it has stalled. Nothing is expected
   * of one that nobody sees.
   * @param {number} time
   */
  hasStalled(time, unseen = false) {
    const now = this.now();
    if (!this.playing) return now > this.#progress.at + LIVE_PATIENCE;
    if (time !== this.#progress.time || unseen) {
      Object.assign(this.#progress, { time, at: now });
      return false;
    }
    return now > this.#progress.at + STALLED;
  }

  /** Whether the live picture has moved for so long that it works. */
  get hasProven() {
    return this.playing && this.#progress.at - this.#progress.shownAt > PROVEN;
  }

  /** It works: the next failure counts as the first. */
  forgive() {
    this.#pause = 0;
  }

  /** It has failed; return after how many milliseconds to start anew, if there is no doubt. */
  failed() {
    const proven = this.hasProven; // it was only interrupted
    this.ended();
    this.#pause = proven ? 0 : Math.min(this.#pause * 2 || LIVE_PAUSE, MAX_LIVE_PAUSE);
    this.#notBefore = this.now() + this.#pause;
    return proven ? RESTART : undefined;
  }

  ended() {
    this.playing = false;
  }

  /** Another camera: what was known is of no use. */
  forget() {
    this.ended();
    this.#pause = this.#notBefore = 0;
  }
}
