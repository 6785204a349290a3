/** Steering: what the controls do, and what is told of it. Loaded for cards that have controls. */

// All modules are named here, so that the browser fetches them at once.
import "./hold.js";
import "./steering-styles.js";

import { Controls } from "./controls.js";
import { HoldToMove } from "./hold-to-move.js";
import { Presses } from "./press.js";
import { Remote } from "./remote.js";
import { CONTROLS } from "./steering-template.js";
import { append } from "./template.js";

/** Owns all that is below the picture. */
export class Steering {
  /** @type {Promise<import("./speak.js").Speak> | undefined} */ #speak;

  /**
   * @param {HTMLElement} body that the controls are put into
   * @param {ShadowRoot} area in which keys count
   * @param {HomeAssistant} ha
   * @param {import("./picture.js").Picture} picture on which is shown what comes of it
   */
  constructor(body, area, ha, picture) {
    this.root = append(body, CONTROLS);
    this.ha = ha;
    this.picture = picture;
    this.remote = new Remote(ha);
    this.move = new HoldToMove(this.remote, (told, hold) => this.#changed(told, hold));
    const doings = { capture: () => this.#capture(), home: () => this.move.home() };
    this.controls = new Controls(this.root, ha, doings);
    this.presses = new Presses(this.move, area, this.controls.buttons);
  }

  /**
   * @param {CameraView} view
   * @param {boolean} open large, with all that there is
   */
  show(view, open) {
    this.remote.id = view.id;
    this.root.hidden = !open && !view.hasControls;
    if (!view.available) this.move.cancel();
    this.controls.show(view);
    if (view.wants("voice")) this.#showSpeak(view);
  }

  /**
   * Follow what Home Assistant tells.
   * @param {Hass} before
   * @param {CameraView} view
   */
  follow(before, view) {
    if (!this.move.isSteering || !view.hasReachedEnd(before)) return;
    this.move.reachEnd();
    this.ha.notify(this.ha.text("end_stop"));
  }

  connect() {
    this.presses.connect();
  }

  disconnect() {
    this.presses.disconnect();
    this.cancel();
  }

  /** Whatever is held is let go. */
  cancel() {
    this.move.cancel();
    this.#speak?.then((speak) => speak.letGo());
  }

  /** @param {CameraView} view */
  async #showSpeak(view) {
    this.#speak ??= import("./speak.js").then(({ Speak }) => new Speak(this.controls, this.ha));
    (await this.#speak).show(view);
  }

  /**
   * @param {Told} [told]
   * @param {import("./hold.js").Hold} [hold]
   */
  #changed(told, hold) {
    if (!this.controls.showMove(this.move)) this.picture.expire();
    if (!told || !hold) return;
    const words = this.ha.text(`told_${told}`, { command: this.ha.text(hold.command) });
    this.picture.stage.say(words, told === "unmoved" || (told === "stepped" && hold.waited));
  }

  async #capture() {
    const taken = await this.remote.act("capture", {});
    if (taken) {
      this.picture.stage.say(this.ha.text("told_photo"));
      this.picture.stage.confirmCapture((shown) => this.controls.confirmCapture(shown));
    }
    this.picture.expire();
    this.picture.lookAgain();
    return taken;
  }
}
