/** Speaking at the camera: a sentence, or a sound from the media browser. For cards that show it. */

import { action, append, busy, find, label } from "./template.js";

const FORM = `
<form class="speak">
  <ha-icon icon="mdi:bullhorn-outline"></ha-icon>
  <input type="text" maxlength="500" autocomplete="off" enterkeyhint="send" />
  <button class="send"><ha-icon icon="mdi:send"></ha-icon></button>
</form>`;

/** Owns the form, and the button for sounds. */
export class Speak {
  /** @type {CameraView | undefined} */ #view;
  #speaking = false;

  /**
   * @param {import("./controls.js").Controls} controls among which they are
   * @param {HomeAssistant} ha
   */
  constructor(controls, ha) {
    this.ha = ha;
    this.form = append(controls.root, FORM);
    this.media = /** @type {HTMLButtonElement} */ (
      append(controls.actions, action("media", "mdi:music-note-outline"))
    );
    this.input = /** @type {HTMLInputElement} */ (find(this.form, "input"));
    this.send = /** @type {HTMLButtonElement} */ (find(this.form, ".send"));
    this.mediaWords = find(this.media, "span");
    this.media.addEventListener("click", () => this.#browse());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#speak();
    });
  }

  #showTexts() {
    const { ha } = this;
    label(this.media, ha.text("media_about"), true);
    this.mediaWords.textContent = ha.text("media");
    label(this.input, ha.text("speak"));
    this.input.placeholder = ha.text("speak_hint");
    label(this.send, ha.text("send"), true);
  }

  /** @param {CameraView} view */
  show(view) {
    this.#view = view;
    this.#showTexts();
    const wanted = view.config.show_voice;
    this.media.hidden = !wanted || !view.sibling("media_player.speaker");
    this.form.hidden = !wanted || !view.sibling("notify.speaker");
    this.media.disabled = !view.available;
    this.input.disabled = this.send.disabled = !view.available || this.#speaking;
  }

  async #speak() {
    const message = this.input.value.trim();
    const speaker = this.#view?.sibling("notify.speaker");
    if (!message || !speaker || this.#speaking) return;
    this.#setSpeaking(true);
    const sent = await busy(this.send, this.ha.act("notify", "send_message", { message }, speaker));
    if (sent) this.input.value = "";
    this.#setSpeaking(false);
    // On to the next sentence, unless the user has gone elsewhere meanwhile.
    const { activeElement } = document;
    const root = /** @type {ShadowRoot} */ (this.form.getRootNode());
    const here = this.form.contains(root.activeElement);
    if (here || !activeElement || activeElement === document.body) this.input.focus();
  }

  /** @param {boolean} speaking */
  #setSpeaking(speaking) {
    this.#speaking = speaking;
    if (this.#view) this.show(this.#view);
  }

  async #browse() {
    const entity = this.#view?.sibling("media_player.speaker");
    if (!entity) return;
    try {
      const { browseMedia } = await import("./media-browser.js");
      await browseMedia(this.ha.hass, this.form, entity);
    } catch {
      this.ha.moreInfo(entity);
    }
  }
}
