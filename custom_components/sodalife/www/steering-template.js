/** What the controls are made of. */

import { CSS } from "./steering-styles.js";

/** @type {[string, string][]} the pad's buttons, row by row */
const PAD = [
  ["up_left", "mdi:arrow-top-left"],
  ["up", "mdi:chevron-up"],
  ["up_right", "mdi:arrow-top-right"],
  ["left", "mdi:chevron-left"],
  ["stop", "mdi:stop"],
  ["right", "mdi:chevron-right"],
  ["down_left", "mdi:arrow-bottom-left"],
  ["down", "mdi:chevron-down"],
  ["down_right", "mdi:arrow-bottom-right"],
];

/**
 * @param {string} command
 * @param {string} icon
 * @param {string} name a class
 */
export const button = (command, icon, name = "") =>
  `<button data-command="${command}" class="${name}"><ha-icon icon="${icon}"></ha-icon></button>`;

/**
 * @param {string} name
 * @param {string} first a button
 * @param {string} second
 */
const rocker = (name, first, second) =>
  `<div class="rocker ${name}" role="group">${first}<span></span>${second}</div>`;

/**
 * @param {string} name
 * @param {string} icon
 */
export const action = (name, icon) =>
  `<button class="${name}"><ha-icon icon="${icon}"></ha-icon><span></span></button>`;

const STEER = `
<div class="steer">
  ${rocker("zoom", button("zoom_in", "mdi:plus"), button("zoom_out", "mdi:minus"))}
  <div class="pad" role="group">${PAD.map(([name, icon]) => button(name, icon, name)).join("")}</div>
  ${rocker(
    "focus",
    button("focus_far", "mdi:image-filter-hdr"),
    button("focus_near", "mdi:flower-tulip-outline"),
  )}
</div>`;

export const CONTROLS = `<style>${CSS}</style>
<div class="controls">
  ${STEER}
  <div class="actions">
    ${action("capture", "mdi:camera-iris")}
    ${action("home", "mdi:home-outline")}
  </div>
</div>`;
