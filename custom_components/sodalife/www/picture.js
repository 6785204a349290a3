/** The picture: live, else the newest still, and what is laid over it. */

import { obstacleOf } from "./obstacles.js";
import { Snapshot } from "./snapshot.js";
import { Stage } from "./stage.js";
import { find } from "./template.js";

const UNPLAYABLE = { translation_key: "unplayable" };
const LOST = { translation_key: "live_lost" };

/** Owns the picture with all that is said of it. */
export class Picture {
  /** @type {CameraView | undefined} */ #view;
  /** @type {LivePicture | null | undefined} null: it cannot be had */ #live;
  #loads = false;

  /**
   * @param {HTMLElement} root with the stage and the caption
   * @param {HomeAssistant} ha
   * @param {() => void} look is called when it is time to look at it again
   */
  constructor(root, ha, look) {
    this.place = find(root, ".player");
    this.lookAgain = look;
    this.stage = new Stage(root, ha);
    this.still = new Snapshot(
      find(root, ".still"),
      () => this.#view?.takenAt,
      (shape) => this.#renewed(shape),
    );
    this.stage.mute.addEventListener("click", () => {
      this.#live?.toggleSound();
      this.#show();
    });
  }

  /** @param {CameraView} view */
  showTexts(view) {
    this.stage.showTexts(view);
  }

  /** @param {CameraView} view */
  follow(view) {
    this.#live?.follow(view);
  }

  /**
   * Bring it up to date.
   * @param {CameraView} view
   * @param {{ live: boolean, seen: boolean, held: boolean }} state whether live is wanted, somebody
   *   looks, and a move is under way
   */
  look(view, { live, seen, held }) {
    this.#view = view;
    if (live && seen && !this.#loads) this.#load();
    this.#live?.look(view, { wanted: live, seen });
    const coming = live && view.canStream && (this.#live === undefined || this.#live?.isComing);
    if (seen && !this.#live?.playing && !held) this.still.look(view, coming);
    this.#show();
  }

  /** A card that shows stills never needs the player. */
  async #load() {
    this.#loads = true;
    const module = await import("./player.js").catch(() => null);
    this.#live = module && new module.LivePicture(this.place, this.lookAgain);
    this.lookAgain();
  }

  /**
   * Say what is in the way of it, if anything is.
   * @param {Obstacles} found
   * @param {boolean} live whether that is wanted
   */
  async explain(found, live) {
    const view = this.#view;
    if (!view) return;
    const { available } = view;
    this.#live?.setBlocked(Boolean(found.live));
    const { playing = false, unplayable = false, gaveUp = false } = this.#live ?? {};
    const reason = found.live ?? (unplayable ? UNPLAYABLE : gaveUp ? LOST : undefined);
    const own = reason && { live: reason };
    const obstacle = obstacleOf({ ...found, ...own }, { available, playing, live });
    const about = obstacle && (await this.stage.wordsFor(obstacle, view));
    if (view !== this.#view) return;
    this.stage.explain(about ?? "");
    this.#show();
  }

  /** What the camera sees has changed. */
  expire() {
    this.still.expire();
  }

  end() {
    this.#live?.end();
  }

  /** Another camera. */
  forget() {
    this.#view = undefined;
    this.#live?.forget();
    this.still.forget();
  }

  /** @param {string} [shape] */
  #renewed(shape) {
    if (shape) this.stage.fit(shape);
    this.#show();
  }

  #show() {
    if (this.#view) this.stage.show(this.#view, this.still, this.#live ?? undefined);
  }
}
