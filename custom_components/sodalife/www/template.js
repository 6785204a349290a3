/** What the card is made of, but for what is loaded later, and how its parts find what is theirs. */

import { CSS } from "./styles.js";

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
const button = (command, icon, name = "") =>
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

const STAGE = `
<div class="stage" tabindex="0" role="application">
  <div class="still"></div>
  <div class="player"></div>
  <div class="nothing"><ha-icon icon="mdi:cctv"></ha-icon><span></span></div>
  <div class="top">
    <span class="badge"><i></i><span></span></span>
    <span class="gap"></span>
    <button class="glass mute" hidden><ha-icon></ha-icon></button>
    <button class="glass more"><ha-icon icon="mdi:dots-vertical"></ha-icon></button>
  </div>
  <div class="bottom"><span class="name"></span><span class="age"></span></div>
  <div class="flash"></div>
</div>`;

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

export const CARD = `<style>${CSS}</style>
<ha-card>
  <div class="body">
    ${STAGE}
    <div class="controls">
      ${STEER}
      <div class="actions">
        ${action("capture", "mdi:camera-iris")}
        ${action("home", "mdi:home-outline")}
      </div>
    </div>
  </div>
  <div class="hint" hidden></div>
</ha-card>`;

/**
 * Find what is in a part's own element.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {T}
 */
export function find(within, selector) {
  const found = within.querySelector(selector);
  if (!found) throw new Error(`no ${selector}`);
  return /** @type {T} */ (found);
}

/**
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {T[]}
 */
export const findAll = (within, selector) => /** @type {T[]} */ ([...within.querySelectorAll(selector)]);

/**
 * Make an element of a text, as the last one within another.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {HTMLElement} within
 * @param {string} html
 */
export function append(within, html) {
  within.insertAdjacentHTML("beforeend", html);
  return /** @type {T} */ (within.lastElementChild);
}

/**
 * Name a control for those who do not see it and, with `tooltip`, for those who wonder.
 * @param {HTMLElement} element
 * @param {string} words
 */
export function label(element, words, tooltip = false) {
  element.setAttribute("aria-label", words);
  if (tooltip) element.title = words;
}

/**
 * Show that a button's work goes on.
 * @template T
 * @param {HTMLElement} pressed
 * @param {Promise<T>} work
 */
export async function busy(pressed, work) {
  pressed.classList.add("busy");
  const result = await work;
  pressed.classList.remove("busy");
  return result;
}
