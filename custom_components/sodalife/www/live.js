/** Whether a live picture moves, when it has failed, and how long to wait then. No page needed. */

const FIRST_PICTURE = 25000; // until it is there
const STILL = 5000; // without a new frame: what is shown is not live
const WINDOW = 8000; // over which its pace is measured
const SLOW = 0.5; // of the time that passes: the picture has a wrong clock
const PROVEN = 20000; // one that moved for so long was only interrupted
const PAUSES = [0, 3000]; // before it is opened anew; after these it is given up ...
const LONG_PAUSE = 30000; // ... and tried again later; doubles with every failure ...
const MAX_PAUSE = 300000; // ... up to this
const AWAY = 10000; // nobody looks for so long: the live picture ends
const LATE = 3000; // between two looks: this page was asleep, or busy

const NEVER = Number.NEGATIVE_INFINITY;

/** Watches over one live picture after the other. */
export class LiveWatch {
  #seenAt = NEVER;
  #notBefore = 0;
  #failures = 0;
  #openedAt = NEVER; // what is open now
  #firstFrame = NEVER;
  #newestFrame = NEVER;
  #lookedAt = NEVER;
  #expectedSince = NEVER; // frames
  #pace = { at: NEVER, media: 0, isSlow: false };

  /** @param {() => number} now milliseconds */
  constructor(now = () => Date.now()) {
    this.now = now;
  }

  /** Somebody looks. */
  seen() {
    this.#seenAt = this.now();
  }

  get isWatched() {
    return this.now() - this.#seenAt < AWAY;
  }

  get mayOpen() {
    return this.now() >= this.#notBefore;
  }

  /** Whether it has failed so often that there is no picture for now. */
  get gaveUp() {
    return this.#failures > PAUSES.length;
  }

  /** Whether what is shown is live: a new frame has just come, and they come at their pace. */
  get moving() {
    return this.now() - this.#newestFrame < STILL && !this.#pace.isSlow;
  }

  /** A player is there, which shows nothing yet. */
  opened() {
    this.#openedAt = this.#expectedSince = this.now();
    this.ended();
  }

  /**
   * A frame is shown.
   * @param {number} media where it belongs in the picture's own time, in seconds
   */
  frame(media) {
    const now = this.now();
    if (this.#firstFrame === NEVER) this.#firstFrame = now;
    const jumped = now - this.#newestFrame > STILL || media < this.#pace.media;
    this.#newestFrame = now;
    if (jumped) this.#measureFrom(media);
    else if (now - this.#pace.at >= WINDOW) {
      const isSlow = (media - this.#pace.media) * 1000 < (now - this.#pace.at) * SLOW;
      this.#measureFrom(media, isSlow);
    }
  }

  /**
   * Look at it now and then; tell whether it has failed. Nothing is expected of one that nobody sees,
   * nor at once of one that this page had no time for.
   */
  hasFailed(visible = true) {
    const now = this.now();
    const asleep = now - this.#lookedAt > LATE;
    this.#lookedAt = now;
    if (!visible || asleep) this.#expectedSince = now;
    if (!visible) this.#pace = { at: NEVER, media: Infinity, isSlow: false };
    if (this.#firstFrame === NEVER) return now - this.#openedAt > FIRST_PICTURE;
    return this.#pace.isSlow || now - Math.max(this.#newestFrame, this.#expectedSince) > STILL;
  }

  /**
   * It has failed: wait before it is opened anew.
   * @param {boolean} known whether the reason is known, so that another try is worth nothing now
   */
  failed(known = false) {
    if (this.#newestFrame - this.#firstFrame > PROVEN) this.#failures = 0;
    this.#failures += 1;
    if (known) this.#failures = Math.max(this.#failures, PAUSES.length + 1);
    const long = LONG_PAUSE * 2 ** (this.#failures - PAUSES.length - 1);
    this.#notBefore = this.now() + (PAUSES[this.#failures - 1] ?? Math.min(long, MAX_PAUSE));
    this.ended();
  }

  /** What was in its way has gone: the next failure counts as the first. */
  forgive() {
    this.#failures = this.#notBefore = 0;
  }

  ended() {
    this.#firstFrame = this.#newestFrame = NEVER;
    this.#pace = { at: NEVER, media: Infinity, isSlow: false };
  }

  /** @param {number} media */
  #measureFrom(media, isSlow = false) {
    this.#pace = { at: this.now(), media, isSlow };
  }
}
