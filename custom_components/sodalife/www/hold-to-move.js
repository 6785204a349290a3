/** Press and hold: when a camera is told to move and to stop. Knows no page and no camera. */

// A press that is shorter is a tap: the camera moves for the moment set in the options.
export const TAP = 200;
// While a button is held, the move is renewed. If this browser dies, the integration ends the
// move by itself, WATCHDOG seconds after the last renewal.
export const WATCHDOG = 10;
export const RENEWAL = 5000;
export const MAX_HOLD = 60000; // something lies on the key

/** @type {HoldClock} */
const CLOCK = {
  now: () => performance.now(),
  setInterval: (callback, ms) => Number(setInterval(callback, ms)),
  clearInterval: (timer) => clearInterval(timer),
};

/**
 * Moves a camera from the press to the release, and never longer.
 *
 * Home Assistant handles what one browser sends in its order, so a stop that is sent after a start
 * ends it, even while the start still waits for its turn. Only one button counts at a time.
 */
export class HoldToMove {
  /** @type {Press | null} */ #hold = null;
  /** @type {Press | null} */ #active = null;

  /**
   * @param {Act} act
   * @param {() => void} changed shows the state
   */
  constructor(act, changed, clock = CLOCK) {
    this.act = act;
    this.changed = changed;
    this.clock = clock;
  }

  /**
   * "waiting" until the camera moves, then "moving"; undefined for all other commands.
   * @param {string} command
   */
  phase(command) {
    return this.#active?.command === command ? this.#active.phase : undefined;
  }

  get held() {
    return this.#hold !== null;
  }

  /** Whether a button moves the camera, be it held or tapped. */
  get isSteering() {
    return this.#active !== null && this.#active.command !== "home";
  }

  /** @param {string} command */
  press(command) {
    if (this.#hold) return false;
    const hold = this.#begin(command);
    hold.timer = this.clock.setInterval(() => this.#renew(hold), RENEWAL);
    this.#hold = hold;
    this.#start(hold);
    this.changed();
    return true;
  }

  /** The button was let go: stop, or, after a tap, move for a moment that ends by itself. */
  release() {
    const hold = this.#hold;
    if (!hold) return;
    if (this.clock.now() - hold.since >= TAP) return void this.cancel();
    this.#endHold(hold);
    this.#pulse(hold);
  }

  /** Stop at once: the pointer left, the tab hides, or the like. */
  cancel() {
    const hold = this.#hold;
    if (!hold) return;
    this.#endHold(hold);
    this.act("ptz_stop", {}, () => !hold.failed);
    this.#hide(hold);
  }

  /**
   * Move for a moment, for those who cannot press and hold.
   * @param {string} command
   */
  tap(command) {
    if (this.#hold) return;
    this.#pulse(this.#begin(command));
    this.changed();
  }

  /** Return to the preset, which ends by itself, or with the stop button. */
  async home() {
    if (this.#hold || this.phase("home")) return;
    const shown = this.#begin("home", "moving");
    this.changed();
    await this.act("ptz_home", {}, () => this.#active === shown);
    this.#hide(shown);
  }

  /** The camera is at the end of its range: nothing moves, and nobody is to blame. */
  reachEnd() {
    if (this.#hold) {
      this.#endHold(this.#hold);
      this.act("ptz_stop", {}, () => false);
    }
    this.#active = null;
    this.changed();
  }

  stop() {
    if (this.#hold) this.#endHold(this.#hold);
    this.#active = null;
    this.act("ptz_stop", {});
    this.changed();
  }

  /**
   * @param {string} command
   * @param {Phase} phase
   * @returns {Press}
   */
  #begin(command, phase = "waiting") {
    return (this.#active = { command, phase, since: this.clock.now(), failed: false });
  }

  /**
   * The move that runs is not started a second time: the integration ends it after the moment.
   * @param {Press} shown
   */
  async #pulse(shown) {
    await this.act("ptz_move", { command: shown.command }, () => !shown.failed);
    this.#hide(shown);
  }

  /** @param {Press} hold */
  async #start(hold) {
    const started = await this.act("ptz_start", { command: hold.command, timeout: WATCHDOG });
    hold.failed = !started;
    if (started) hold.phase = "moving";
    else if (this.#hold === hold) {
      this.#endHold(hold);
      this.#hide(hold);
    }
    this.changed();
  }

  /** @param {Press} hold */
  async #renew(hold) {
    if (this.clock.now() - hold.since > MAX_HOLD) return void this.cancel();
    if (hold.phase !== "moving") return; // the start still waits for its turn
    const data = { command: hold.command, timeout: WATCHDOG };
    if (!(await this.act("ptz_start", data)) && this.#hold === hold) this.cancel();
  }

  /** @param {Press} hold */
  #endHold(hold) {
    this.clock.clearInterval(hold.timer);
    this.#hold = null;
  }

  /** @param {Press} shown */
  #hide(shown) {
    if (this.#active === shown) this.#active = null;
    this.changed();
  }
}
