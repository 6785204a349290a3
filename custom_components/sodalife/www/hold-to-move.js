/** Press and hold: when a camera is told to move and to stop. Knows no page and no camera. */

import { CLOCK, Hold } from "./hold.js";

// While a button is held, the move is renewed. If this browser dies, the integration ends the
// move by itself, WATCHDOG seconds after the last renewal.
export const WATCHDOG = 10;
export const RENEWAL = 5000;

/**
 * Moves a camera from the press to the release, and never longer.
 * Home Assistant handles what one browser sends in its order, so a stop that is sent after a start
 * ends it, even while the start still waits for its turn. Only one button counts at a time.
 */
export class HoldToMove {
  /** @type {Hold | null} */ #hold = null;
  /** @type {Hold | null} */ #active = null;

  /**
   * @param {Camera} camera
   * @param {(told?: Told, hold?: Hold) => void} changed shows it
   */
  constructor(camera, changed, clock = CLOCK) {
    this.camera = camera;
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

  /** The milliseconds that the last press has to wait for its turn. */
  get wait() {
    return this.#active?.wait ?? 0;
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
    const hold = (this.#hold = this.#begin(command));
    hold.timer = this.clock.setInterval(() => this.#renew(hold), RENEWAL);
    this.#start(hold);
    this.#askTurn(hold);
    return true;
  }

  /**
   * The button was let go: stop. After a tap, or before its turn, move for a moment instead, which
   * ends by itself: something comes of every press.
   */
  release() {
    const hold = this.#hold;
    if (!hold) return;
    if (!hold.isTap && !hold.wait) return void this.cancel();
    this.#endHold(hold);
    this.#pulse(hold);
  }

  /** Stop at once: the pointer left, the tab hides, or the like. */
  cancel() {
    const hold = this.#hold;
    if (!hold) return;
    this.#endHold(hold);
    this.camera.act("ptz_stop", {}, () => !hold.failed);
    if (hold.wait) this.changed("unmoved", hold);
    this.#hide(hold);
  }

  /**
   * Move for a moment, for those who cannot press and hold.
   * @param {string} command
   */
  tap(command) {
    if (this.#hold) return;
    const shown = this.#begin(command);
    this.#pulse(shown);
    this.#askTurn(shown);
  }

  /** Return to the preset, which ends by itself, or with the stop button. */
  async home() {
    if (this.#hold || this.phase("home")) return;
    const shown = this.#begin("home");
    await this.camera.act("ptz_home", {}, () => this.#active === shown);
    this.#hide(shown);
  }

  /** The camera is at the end of its range: nothing moves, and nobody is to blame. */
  reachEnd() {
    if (this.#hold) {
      this.#endHold(this.#hold);
      this.camera.act("ptz_stop", {}, () => false);
    }
    this.#hide(this.#active);
  }

  stop() {
    if (this.#hold) this.#endHold(this.#hold);
    this.camera.act("ptz_stop", {});
    this.#hide(this.#active);
  }

  /** @param {string} command */
  #begin(command) {
    this.#active = new Hold(command, this.clock);
    this.changed();
    return this.#active;
  }

  /** @param {Hold} hold */
  async #askTurn(hold) {
    hold.setTurn(await this.camera.turn());
    this.changed();
  }

  /**
   * The move that runs is not started a second time: the integration ends it after the moment.
   * @param {Hold} shown
   */
  async #pulse(shown) {
    const moved = await this.camera.act("ptz_move", { command: shown.command }, () => !shown.failed);
    if (moved && this.#active === shown) this.changed("stepped", shown);
    this.#hide(shown);
  }

  /** @param {Hold} hold */
  async #start(hold) {
    const started = await this.camera.act("ptz_start", { command: hold.command, timeout: WATCHDOG });
    hold.failed = !started;
    if (started) hold.phase = "moving";
    if (this.#hold !== hold) return this.changed();
    if (started) return this.changed("moving", hold);
    this.#endHold(hold);
    this.#hide(hold);
  }

  /** @param {Hold} hold */
  async #renew(hold) {
    if (hold.isStuck) return void this.cancel();
    if (hold.phase !== "moving") return; // the start still waits for its turn
    const data = { command: hold.command, timeout: WATCHDOG };
    if (!(await this.camera.act("ptz_start", data)) && this.#hold === hold) this.cancel();
  }

  /** @param {Hold} hold */
  #endHold(hold) {
    this.clock.clearInterval(hold.timer);
    this.#hold = null;
  }

  /** @param {Hold | null} shown */
  #hide(shown) {
    if (this.#active === shown) this.#active = null;
    this.changed();
  }
}
