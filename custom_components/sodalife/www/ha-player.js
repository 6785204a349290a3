/** One of Home Assistant's players: its element, the video in that, and what becomes of it. */

import { followFrames } from "./frames.js";
import { findAll } from "./template.js";

export const WEBRTC = "web_rtc";
export const HLS = "hls";

/** @type {Record<string, string>} */
const ELEMENTS = { [WEBRTC]: "ha-web-rtc-player", [HLS]: "ha-hls-player" };

/** Owns one element. */
export class HaPlayer {
  /** @type {HTMLVideoElement | undefined} */ video;
  #unfollow = () => {};

  /**
   * @param {string} type
   * @param {CameraView} view
   * @param {boolean} muted
   * @param {(media: number) => void} frame hears of each frame that is shown
   * @param {() => void} failed
   */
  constructor(type, { hass, id }, muted, frame, failed) {
    this.type = type;
    this.frame = frame;
    this.failed = failed;
    this.element = /** @type {HaPlayerElement} */ (document.createElement(ELEMENTS[type] ?? type));
    Object.assign(this.element, { hass, entityid: id, muted, autoPlay: true, playsInline: true });
    this.element.addEventListener("streams", (event) => {
      if (/** @type {CustomEvent} */ (event).detail?.hasVideo === false) this.#doubt();
    });
    this.observer = new MutationObserver(() => this.#look());
  }

  /** Whether it came without sound, as it was muted: Home Assistant 2026.10 spares that. */
  get lacksSound() {
    const source = this.video?.srcObject;
    return source instanceof MediaStream && !source.getAudioTracks().length;
  }

  /** @param {HTMLElement} place */
  show(place) {
    place.append(this.element);
    this.observer.observe(this.element.shadowRoot ?? this.element, { childList: true, subtree: true });
    this.#look();
  }

  remove() {
    this.observer.disconnect();
    this.#unfollow();
    this.element.remove();
  }

  /** It says that there is no picture; sometimes that is only so until it has tried again. */
  async #doubt() {
    await this.element.updateComplete; // then it shows which
    const { shadowRoot } = this.element;
    if (!shadowRoot || !findAll(shadowRoot, "ha-alert.retry").length) this.failed();
  }

  /** See what it has come to: a video, or an error, of which WebRTC's player does not tell. */
  #look() {
    const root = this.element.shadowRoot;
    if (!root) return;
    const [video] = /** @type {HTMLVideoElement[]} */ (findAll(root, "video"));
    if (video && video !== this.video) {
      this.#unfollow();
      this.video = video;
      this.#unfollow = followFrames(video, this.frame);
    }
    if (this.type === WEBRTC && findAll(root, "ha-alert").length) this.failed();
  }
}
