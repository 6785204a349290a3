/** Talking through the camera: the button, and what is seen and told of it. */

import { HoldToTalk } from "./hold-to-talk.js";
import { openMicrophone } from "./microphone.js";
import { TalkPress } from "./talk-press.js";
import { append, find, label } from "./template.js";
import { NotSent, sendVoice } from "./voice.js";

const CSS = `
.talk {
  flex: none; width: 46px; height: 46px; border-radius: 50%; touch-action: none; --mdc-icon-size: 24px;
  background: var(--secondary-background-color);
}
.speaking:has(> .speak[hidden]) .talk { flex: 1; border-radius: 23px; }
.speaking:has(> .spoken:not([hidden])) > .speak { visibility: hidden; }
.talk.held { background: var(--error-color, #db4437); color: #fff; }
.spoken {
  position: absolute; inset: 0 54px 0 0; display: flex; align-items: center; gap: 10px; padding: 0 14px;
  border-radius: 23px; background: var(--secondary-background-color); font-size: 14px;
}
.spoken .seconds { font-variant-numeric: tabular-nums; }
.spoken .level { flex: 1; height: 6px; min-width: 20px; border-radius: 3px; overflow: hidden; background: var(--divider-color); }
.spoken .level i {
  display: block; height: 100%; background: var(--error-color, #db4437); transform-origin: left; transform: scaleX(0);
  transition: transform 0.1s;
}
.told { font-size: 14px; line-height: 1.4; padding: 0 4px; overflow-wrap: anywhere; }
.told:empty { position: absolute; } /* there, or what comes is not read out, but without a gap */
.told.bad { padding: 10px 12px; border-radius: 12px; background: var(--secondary-background-color); border-left: 4px solid #ffb300; }`;

const BUTTON = `<button type="button" class="talk"><ha-icon icon="mdi:microphone"></ha-icon></button>`;
const STRIP = `
<div class="spoken" hidden>
  <span class="seconds"></span><span class="level"><i></i></span><span class="slide"></span>
</div>`;

/** Owns the button, the strip that is seen while it is held, and the line below. */
export class Talk {
  /** @type {CameraView | undefined} */ #view;
  /** @type {ToldOfTalk | undefined} */ #latest;

  /**
   * @param {HTMLElement} row beside what is in there
   * @param {HomeAssistant} ha
   */
  constructor(row, ha) {
    this.ha = ha;
    append(row, `<style>${CSS}</style>`);
    this.button = /** @type {HTMLButtonElement} */ (append(row, BUTTON));
    this.strip = append(row, STRIP);
    this.seconds = find(this.strip, ".seconds");
    this.level = find(this.strip, ".level i");
    this.slide = find(this.strip, ".slide");
    row.insertAdjacentHTML("afterend", `<div class="told" role="status"></div>`);
    this.told = /** @type {HTMLElement} */ (row.nextElementSibling);
    this.talk = new HoldToTalk(
      openMicrophone,
      () => this.#addressed(),
      (told) => this.#changed(told),
    );
    this.press = new TalkPress(this.button, this.talk);
  }

  /** @param {CameraView} view */
  show(view) {
    if (this.#view && this.#view.id !== view.id) this.talk.forget();
    this.#view = view;
    label(this.button, this.ha.text("talk_about"), true);
    this.button.hidden = !view.wants("voice");
    // What is held is not taken away: whoever lets go is told why it was not sent.
    this.button.disabled = !view.available && !this.talk.held;
  }

  #addressed() {
    const { id } = /** @type {CameraView} */ (this.#view);
    return (/** @type {ArrayBuffer} */ clip) => sendVoice(/** @type {Hass} */ (this.ha.hass), id, clip);
  }

  /** @param {ToldOfTalk} [told] */
  #changed(told) {
    const { held, recording, seconds } = this.talk;
    if (!held) this.press.ended();
    this.button.classList.toggle("held", recording !== null);
    this.button.classList.toggle("busy", held && !recording);
    this.button.setAttribute("aria-pressed", String(held));
    this.strip.hidden = !held;
    const whole = Math.floor(seconds);
    this.seconds.textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
    this.level.style.transform = `scaleX(${recording?.level ?? 0})`;
    this.slide.textContent = this.ha.text(recording ? "talk_slide" : "talk_asking");
    if (told) this.#tell(told);
  }

  /** @param {ToldOfTalk} told */
  async #tell(told) {
    this.#latest = told;
    const words = await this.#wordsFor(told);
    if (told !== this.#latest) return;
    this.told.classList.toggle("bad", Boolean(told.isBad));
    this.told.textContent = words;
  }

  /** @param {ToldOfTalk} told */
  async #wordsFor({ key, values, note, error }) {
    const { ha } = this;
    if (error instanceof NotSent) return ha.text(error.key, error.values);
    if (error) return ha.explain(error); // in the integration's words
    return [note && ha.text(note), ha.text(key, values)].filter(Boolean).join(" ");
  }
}
