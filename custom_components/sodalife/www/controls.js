/** What is below the picture: the pad, the rockers and the buttons. */

import { DIRECTIONS } from "./camera.js";
import { busy, find, findAll, label } from "./template.js";

/**
 * @typedef {object} Doings what the buttons do
 * @property {() => Promise<boolean>} capture
 * @property {() => void} home
 */

/** Owns the controls, but for the form to speak and its button. */
export class Controls {
  /** @type {Promise<import("./countdown.js").Countdown> | undefined} */ #countdown;

  /**
   * @param {HTMLElement} root
   * @param {HomeAssistant} ha
   * @param {Doings} doings
   */
  constructor(root, ha, doings) {
    this.root = root;
    this.ha = ha;
    this.buttons = /** @type {HTMLButtonElement[]} */ (findAll(root, "[data-command]"));
    this.steer = find(root, ".steer");
    this.pad = find(root, ".pad");
    this.zoom = find(root, ".zoom");
    this.focus = find(root, ".focus");
    this.stop = find(root, ".stop");
    this.capture = /** @type {HTMLButtonElement} */ (find(root, ".capture"));
    this.captureIcon = /** @type {HaIcon} */ (find(root, ".capture ha-icon"));
    this.home = /** @type {HTMLButtonElement} */ (find(root, ".home"));
    this.actions = find(root, ".actions");
    this.capture.addEventListener("click", () => busy(this.capture, doings.capture()));
    this.home.addEventListener("click", () => doings.home());
  }

  #showTexts() {
    const { ha } = this;
    for (const button of this.buttons) label(button, ha.text(button.dataset.command ?? ""), true);
    label(this.pad, ha.text("move"));
    this.#name("zoom", this.zoom);
    this.#name("focus", this.focus);
    this.#name("capture", this.capture, "capture_about");
    this.#name("home", this.home, "home_about");
  }

  /**
   * Show what the user wants and the camera can do.
   * @param {CameraView} view
   */
  show(view) {
    this.#showTexts();
    const ptz = view.wants("ptz");
    const lens = view.wants("lens");
    const moves = view.able(...DIRECTIONS);
    const zooms = lens && view.able("zoom_in", "zoom_out");
    const focuses = lens && view.able("focus_near", "focus_far");
    for (const button of this.buttons) {
      button.classList.toggle("gone", !view.able(button.dataset.command ?? ""));
    }
    this.zoom.hidden = !zooms;
    this.focus.hidden = !focuses;
    this.pad.hidden = !ptz || (!moves && !zooms && !focuses);
    this.pad.classList.toggle("empty", !moves);
    this.steer.hidden = !zooms && !focuses && this.pad.hidden;
    this.home.hidden = !ptz || !moves;
    // What cannot be reached may be moving all the same: it can always be stopped.
    for (const button of this.buttons) button.disabled = !view.available && button !== this.stop;
    this.capture.disabled = this.home.disabled = !view.available;
  }

  /**
   * Show what moves; tell whether anything does.
   * @param {HoldToMove} move
   */
  showMove(move) {
    let any = false;
    for (const button of [...this.buttons, this.home]) {
      const phase = move.phase(button.dataset.command ?? "home");
      this.#showWait(button, phase === "waiting" ? move.wait : 0);
      button.classList.toggle("waiting", phase === "waiting");
      button.classList.toggle("moving", phase === "moving");
      any ||= phase !== undefined;
    }
    this.pad.classList.toggle("moving", any);
    return any;
  }

  /**
   * @param {HTMLElement} button
   * @param {number} wait
   */
  #showWait(button, wait) {
    if (wait) this.#countdown ??= import("./countdown.js").then(({ Countdown }) => new Countdown());
    this.#countdown?.then((countdown) => countdown.show(button, wait));
  }

  /** @param {boolean} taken */
  confirmCapture(taken) {
    this.captureIcon.icon = taken ? "mdi:check" : "mdi:camera-iris";
  }

  /**
   * @param {string} key
   * @param {HTMLElement} element
   */
  #name(key, element, about = key) {
    label(element, this.ha.text(about), about !== key);
    find(element, ":scope > span").textContent = this.ha.text(key);
  }
}
