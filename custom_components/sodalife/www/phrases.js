/** Phrases: what the camera says at a touch. Loaded for cameras that have some. */

import { append, busy, findAll, label } from "./template.js";

const CSS = `
.phrases { display: flex; flex-wrap: wrap; gap: 8px; }
.phrases button {
  min-height: 36px; max-width: 100%; padding: 4px 14px; border-radius: 18px; font-size: 14px; overflow-wrap: anywhere;
  background: var(--secondary-background-color);
}
.phrases button.busy { color: var(--primary-color); }`;

/** Owns the row of chips. */
export class Phrases {
  /** @type {CameraView | undefined} */ #view;
  /** @type {string[]} */ #known = [];
  #shown = "";

  /**
   * @param {HTMLElement} root
   * @param {HomeAssistant} ha
   * @param {(words: string) => void} say tells what came of it
   */
  constructor(root, ha, say) {
    this.ha = ha;
    this.say = say;
    append(root, `<style>${CSS}</style>`);
    this.row = append(root, `<div class="phrases" role="group"></div>`);
  }

  /** @param {CameraView} view */
  show(view) {
    if (this.#view?.id !== view.id) this.#known = [];
    this.#view = view;
    const told = view.stateOf("media_player.speaker")?.attributes.phrases;
    // Of what cannot be reached, Home Assistant tells nothing: the chips stay where they are.
    if (told || view.available) this.#known = told ?? [];
    this.row.hidden = !view.wants("voice") || !this.#known.length;
    label(this.row, this.ha.text("phrases"));
    if (this.#shown !== this.#known.join("\n")) this.#build(this.#known);
    for (const chip of this.chips) chip.disabled = !view.available || chip.classList.contains("busy");
  }

  /** @returns {HTMLButtonElement[]} */
  get chips() {
    return findAll(this.row, "button");
  }

  /** @param {string[]} phrases */
  #build(phrases) {
    this.#shown = phrases.join("\n");
    this.row.replaceChildren();
    for (const phrase of phrases) {
      const chip = append(this.row, `<button type="button"></button>`);
      chip.textContent = phrase;
      chip.addEventListener("click", () => this.#speak(chip, phrase));
    }
  }

  /**
   * @param {HTMLElement} chip
   * @param {string} phrase
   */
  async #speak(chip, phrase) {
    const view = /** @type {CameraView} */ (this.#view);
    const saying = busy(chip, this.ha.act("sodalife", "say_phrase", { phrase }, view.id));
    this.show(view);
    if (await saying) this.say(this.ha.text("told_sent"));
    if (this.#view) this.show(this.#view);
  }
}
