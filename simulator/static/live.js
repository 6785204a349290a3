// How a camera's live addresses behave: one control for each property that can be set.

import { find } from "./lists.js";

/** @typedef {"encrypted" | "live_h265" | "live_sound" | "live_outlasts"} Switch */
/** @typedef {"live_life" | "live_cut" | "live_slow_start"} Seconds */

/** The part of a camera's card that says how its live pictures come, and changes it. */
export class LiveControls {
  /**
   * @param {HTMLElement} card
   * @param {string} path
   * @param {SendToSimulator} send
   */
  constructor(card, path, send) {
    /** @type {HTMLInputElement[]} */
    this.inputs = [...card.querySelectorAll(".live input")].map((input) => /** @type {any} */ (input));
    for (const input of this.inputs) {
      input.addEventListener("change", () => send("POST", path, { [input.name]: valueOf(input) }));
    }
    find(card, ".kill").addEventListener("click", () => send("POST", path, { kill_live: true }));
  }

  /** @param {SimulatedCamera} camera */
  show(camera) {
    for (const input of this.inputs) {
      if (input === document.activeElement) continue; // somebody types
      if (input.type === "checkbox") input.checked = camera[/** @type {Switch} */ (input.name)];
      else input.value = String(camera[/** @type {Seconds} */ (input.name)]);
    }
  }
}

/** @param {HTMLInputElement} input */
const valueOf = (input) => (input.type === "checkbox" ? input.checked : Number(input.value));
