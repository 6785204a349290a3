/** The wait for a turn, as a ring that runs down on the button that was pressed. */

import { append } from "./template.js";

const SECOND = 1000;
const CSS = `
button.counts { position: relative; }
button.counts ha-icon::after { display: none; }
.ring { position: absolute; inset: 2px; transform: rotate(-90deg); }
.ring circle { fill: none; stroke: currentColor; stroke-width: 3; stroke-dasharray: 1; }`;
const RING = `
<svg class="ring" viewBox="0 0 40 40">
  <style>${CSS}</style><circle cx="20" cy="20" r="18" pathLength="1"/>
</svg>`;

/** Shows one wait at a time. */
export class Countdown {
  /** @type {HTMLElement | null} */ #button = null;
  /** @type {HTMLElement | null} */ #ring = null;

  /**
   * @param {HTMLElement} button
   * @param {number} wait milliseconds; none: it is over, or nobody knows how long it will be
   */
  show(button, wait) {
    const counts = wait > 0 && wait < Infinity;
    if (button === this.#button && !counts) this.#remove();
    if (!counts || this.#button) return;
    this.#button = button;
    this.#ring = append(button, RING);
    button.classList.add("counts");
    // Who wants nothing to move sees a step a second.
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const easing = still ? `steps(${Math.ceil(wait / SECOND)})` : "linear";
    this.#ring.animate({ strokeDashoffset: [0, 1] }, { duration: wait, easing, fill: "forwards" });
  }

  #remove() {
    this.#ring?.remove();
    this.#button?.classList.remove("counts");
    this.#button = this.#ring = null;
  }
}
