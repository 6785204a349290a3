/** The picture: live, else the newest still, and what is laid over it. */

import { LivePicture } from "./player.js";
import { Snapshot } from "./snapshot.js";
import { Stage } from "./stage.js";
import { find } from "./template.js";

/** Owns the stage with all that is on it. */
export class Picture {
  /** @type {CameraView | undefined} */ #view;

  /**
   * @param {HTMLElement} root
   * @param {HomeAssistant} ha
   * @param {() => void} look is called when it is time to look at it again
   */
  constructor(root, ha, look) {
    this.root = root;
    this.stage = new Stage(root, ha);
    this.live = new LivePicture(find(root, ".player"), look);
    this.still = new Snapshot(
      find(root, ".still"),
      () => this.#view?.takenAt,
      (shape) => this.#renewed(shape),
    );
    this.stage.mute.addEventListener("click", () => {
      this.live.toggleSound();
      this.#show();
    });
  }

  /** @param {CameraView} view */
  showTexts(view) {
    this.stage.showTexts(view);
  }

  /** @param {CameraView} view */
  follow(view) {
    this.live.follow(view);
  }

  /**
   * Bring it up to date.
   * @param {CameraView} view
   * @param {{ live: boolean, seen: boolean, held: boolean }} state whether live is wanted, somebody
   *   looks, and a move is under way
   */
  look(view, { live, seen, held }) {
    this.#view = view;
    this.live.look(view, { wanted: live, seen });
    if (seen && !this.live.playing && !held) this.still.look(view);
    this.#show();
  }

  /** What the camera sees has changed. */
  expire() {
    this.still.expire();
  }

  end() {
    this.live.end();
  }

  /** Another camera. */
  forget() {
    this.#view = undefined;
    this.live.forget();
    this.still.forget();
  }

  /** @param {string} [shape] */
  #renewed(shape) {
    if (shape) this.stage.fit(shape);
    this.#show();
  }

  #show() {
    if (this.#view) this.stage.show(this.#view, this.live, this.still);
  }
}
