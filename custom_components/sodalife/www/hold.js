/** One press of a button that moves the camera, from the press to the end of what comes of it. */

// A press that is shorter is a tap: the camera moves for the moment set in the options.
export const TAP = 200;
export const MAX_HOLD = 60000; // something lies on the key

/** @type {HoldClock} */
export const CLOCK = {
  now: () => performance.now(),
  setInterval: (callback, ms) => Number(setInterval(callback, ms)),
  clearInterval: (timer) => clearInterval(timer),
};

/** Knows how far a press has come. */
export class Hold {
  /** @type {number | undefined} */ timer;
  failed = false;
  waited = false; // for a turn
  #turnAt = 0;

  /**
   * @param {string} command
   * @param {HoldClock} clock
   */
  constructor(command, clock) {
    this.command = command;
    /** @type {Phase} */
    this.phase = command === "home" ? "moving" : "waiting"; // who returns home needs no patience
    this.clock = clock;
    this.since = clock.now();
  }

  get isTap() {
    return this.clock.now() - this.since < TAP;
  }

  get isStuck() {
    return this.clock.now() - this.since > MAX_HOLD;
  }

  /** The milliseconds until its turn comes; without end while nobody knows. */
  get wait() {
    return this.phase === "waiting" ? Math.max(0, this.#turnAt - this.clock.now()) : 0;
  }

  /**
   * Its turn comes in so many seconds.
   * @param {number | null} seconds
   */
  setTurn(seconds) {
    this.waited = seconds !== 0;
    this.#turnAt = seconds === null ? Infinity : this.clock.now() + seconds * 1000;
  }
}
