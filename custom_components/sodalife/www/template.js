/** What the card is made of, but for what is loaded later, and how its parts find what is theirs. */

import { CSS } from "./styles.js";

const PICTURE = `
<div class="picture">
  <div class="stage" tabindex="0" role="application" aria-describedby="state age">
    <div class="view"><div class="still"></div><div class="player"></div></div>
    <div class="nothing"><ha-icon icon="mdi:cctv"></ha-icon><span></span></div>
    <div class="flash"></div>
    <div class="said" role="status"></div>
  </div>
  <div class="caption">
    <span class="badge" id="state"><i></i><span></span></span>
    <span class="name"></span>
    <span class="age" id="age"></span>
    <button class="glass mute" hidden><ha-icon></ha-icon></button>
    <button class="glass open"><ha-icon icon="mdi:fullscreen"></ha-icon></button>
    <button class="glass more"><ha-icon icon="mdi:dots-vertical"></ha-icon></button>
  </div>
  <div class="why" role="status" hidden></div>
</div>`;

export const CARD = `<style>${CSS}</style>
<ha-card>
  <div class="body" popover="manual">
    ${PICTURE}
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
