/** Speaking at the camera: a sentence, one's own voice, or sounds. For cards that show it. */

import { action } from "./steering-template.js";
import { append, busy, find, label } from "./template.js";

const CSS = `
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.speaking { position: relative; display: flex; gap: 8px; }
.speak {
  flex: 1; min-width: 0; display: flex; align-items: center; gap: 10px; height: 46px; border-radius: 23px; padding: 0 5px 0 14px;
  border: 1px solid var(--divider-color); --mdc-icon-size: 20px;
}
.speak > ha-icon { color: var(--secondary-text-color); }
.speak:focus-within { border-color: var(--primary-color); box-shadow: inset 0 0 0 1px var(--primary-color); }
.speak input { flex: 1; min-width: 0; height: 100%; font-size: 16px; outline: none; }
.speak input::placeholder { color: var(--secondary-text-color); opacity: 1; }
.send { width: 36px; height: 36px; border-radius: 50%; color: var(--primary-color); }
.send:enabled:hover { background: var(--secondary-background-color); }`;

const FORM = `<style>${CSS}</style>
<div class="speaking"><form class="speak">
  <ha-icon icon="mdi:bullhorn-outline"></ha-icon>
  <input type="text" maxlength="500" autocomplete="off" enterkeyhint="send" />
  <button class="send"><ha-icon icon="mdi:send"></ha-icon></button>
</form></div>`;

/** Owns the row with the form, and the button for sounds. */
export class Speak {
  /** @type {CameraView | undefined} */ #view;
  /** @type {Promise<import("./talk.js").Talk> | undefined} */ #talk;
  /** @type {Promise<import("./phrases.js").Phrases> | undefined} */ #phrases;
  #speaking = false;

  /**
   * @param {import("./controls.js").Controls} controls among which they are
   * @param {HomeAssistant} ha
   */
  constructor(controls, ha) {
    this.ha = ha;
    this.root = controls.root;
    this.row = append(this.root, FORM);
    this.form = find(this.row, "form");
    this.media = /** @type {HTMLButtonElement} */ (
      append(controls.actions, action("media", "mdi:music-note-outline"))
    );
    this.input = /** @type {HTMLInputElement} */ (find(this.form, "input"));
    this.send = /** @type {HTMLButtonElement} */ (find(this.form, ".send"));
    this.said = append(this.root, `<div class="unseen" role="status"></div>`);
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
    const wanted = view.wants("voice");
    this.media.hidden = !wanted || !view.sibling("media_player.speaker");
    this.form.hidden = !wanted || !view.sibling("notify.speaker");
    this.media.disabled = !view.available;
    this.input.disabled = this.send.disabled = !view.available || this.#speaking;
    this.row.hidden = !wanted;
    this.#showTalk(view);
    if (this.#phrases || view.stateOf("media_player.speaker")?.attributes.phrases) this.#showPhrases(view);
  }

  /** Nobody speaks any more: the card goes, or has no camera. */
  letGo() {
    this.#talk?.then(({ talk }) => talk.discard());
  }

  /** @param {CameraView} view */
  async #showTalk(view) {
    this.#talk ??= import("./talk.js").then(({ Talk }) => new Talk(this.row, this.ha));
    (await this.#talk).show(view);
  }

  /** @param {CameraView} view */
  async #showPhrases(view) {
    const say = (/** @type {string} */ words) => (this.said.textContent = words);
    this.#phrases ??= import("./phrases.js").then(({ Phrases }) => new Phrases(this.root, this.ha, say));
    (await this.#phrases).show(view);
  }

  async #speak() {
    const message = this.input.value.trim();
    const speaker = this.#view?.sibling("notify.speaker");
    if (!message || !speaker || this.#speaking) return;
    this.#setSpeaking(true);
    const sent = await busy(this.send, this.ha.act("notify", "send_message", { message }, speaker));
    if (sent) {
      this.input.value = "";
      this.said.textContent = this.ha.text("told_sent");
    }
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
      this.ha.onDialog();
      const { browseMedia } = await import("./media-browser.js");
      await browseMedia(this.ha.hass, this.form, entity);
    } catch {
      this.ha.moreInfo(entity);
    }
  }
}
