/**
 * Home Assistant's players of one live picture. By WebRTC alone where that is there, so that there is
 * one reader for one viewer; by HLS beside it when no picture came in time. The first to show one stays.
 */

import { frameOf } from "./frames.js";
import { HaPlayer, HLS, WEBRTC } from "./ha-player.js";

const IN_TIME = 5000; // milliseconds
const BETTER = 30000; // until WebRTC, which did not come in time, is tried again; doubles ...
const MAX_BETTER = 300000; // ... up to this

/** Owns what is within a place. */
export class Players {
  /** @type {Set<HaPlayer>} */ #all = new Set();
  /** @type {HaPlayer | undefined} */ #shown;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {(() => void) | undefined} */ #addOther; // if there is no picture
  /** @type {(() => HaPlayer) | undefined} */ #addBetter; // while the picture comes by HLS
  /** @type {HTMLCanvasElement | undefined} */ #lastFrame;

  /**
   * @param {HTMLElement} place
   * @param {{ frame: (media: number) => void, failed: () => void }} told of each frame, and when
   *   there is no player left
   */
  constructor(place, told) {
    this.place = place;
    this.told = told;
    this.muted = true;
  }

  /** Whether there are any. */
  get areOpen() {
    return this.#all.size > 0;
  }

  /** Whether a picture is there, new or old. */
  get haveShown() {
    return Boolean(this.#shown || this.#lastFrame);
  }

  /** Whether the picture is some seconds behind. */
  get areDelayed() {
    return this.#shown?.type === HLS;
  }

  /** Whether the picture has no sound that could be heard. */
  get lackSound() {
    return this.#shown?.lacksSound ?? false;
  }

  /**
   * @param {CameraView} view
   * @param {string[]} types that the camera has
   * @param {boolean} muted
   */
  open(view, types, muted) {
    this.muted = muted;
    const add = (/** @type {string} */ type) => this.#add(type, view, this.muted);
    if (types.includes(WEBRTC) && types.includes(HLS)) {
      this.#addOther = () => add(HLS);
      this.#addBetter = () => add(WEBRTC);
      this.#timer = setTimeout(() => this.#useOther(), IN_TIME);
    }
    add(types.includes(WEBRTC) ? WEBRTC : HLS);
  }

  /** @param {Partial<HaPlayerElement>} properties */
  set(properties) {
    this.muted = properties.muted ?? this.muted;
    for (const { element } of this.#all) Object.assign(element, properties);
  }

  /** End them; the last frame stays until there is another. */
  freeze() {
    this.#lastFrame = frameOf(this.#shown?.video) ?? this.#lastFrame;
    this.#end();
    if (this.#lastFrame) this.place.replaceChildren(this.#lastFrame);
  }

  close() {
    this.#end();
    this.#unfreeze();
  }

  #end() {
    clearTimeout(this.#timer);
    this.#addOther = this.#addBetter = undefined;
    for (const player of this.#all) this.#remove(player);
  }

  #unfreeze() {
    this.#lastFrame?.remove();
    this.#lastFrame = undefined;
  }

  #useOther() {
    const add = this.#addOther;
    if (!add) return;
    clearTimeout(this.#timer);
    this.#addOther = undefined;
    add();
  }

  /**
   * @param {string} type
   * @param {CameraView} view
   * @param {boolean} muted
   */
  #add(type, view, muted) {
    /** @type {HaPlayer} */
    const player = new HaPlayer(
      type,
      view,
      muted,
      (media) => this.#frame(player, media),
      () => this.#fail(player),
    );
    this.#all.add(player);
    player.show(this.place);
    return player;
  }

  /**
   * @param {HaPlayer} player
   * @param {number} media
   */
  #frame(player, media) {
    if (!this.#all.has(player)) return;
    if (this.#shown !== player) {
      this.#shown = player;
      this.#addOther = undefined;
      this.#unfreeze();
      for (const other of this.#all) if (other !== player) this.#remove(other);
      clearTimeout(this.#timer);
      if (player.type === HLS && this.#addBetter) this.#tryBetter(BETTER);
    }
    this.told.frame(media);
  }

  /**
   * See after a while whether WebRTC works again; until it has a picture, nothing changes.
   * @param {number} pause
   */
  #tryBetter(pause) {
    this.#timer = setTimeout(() => {
      const better = this.#addBetter?.();
      this.#timer = setTimeout(() => {
        if (better) this.#remove(better);
        this.#tryBetter(Math.min(pause * 2, MAX_BETTER));
      }, IN_TIME);
    }, pause);
  }

  /** @param {HaPlayer} player */
  #fail(player) {
    if (!this.#all.has(player)) return;
    if (this.#all.size === 1 && !this.#addOther) return this.told.failed();
    this.#remove(player);
    this.#useOther(); // which need not wait any more
  }

  /** @param {HaPlayer} player */
  #remove(player) {
    this.#all.delete(player);
    if (this.#shown === player) this.#shown = undefined;
    player.remove();
  }
}
