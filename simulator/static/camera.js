// One camera's card: its scene, position, calls and voices.

import { callRow, clone, commandName, find, voiceFigure } from "./lists.js";
import { LiveControls } from "./live.js";

/**
 * @param {number} value
 * @param {number} digits
 */
const signed = (value, digits) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;

export class CameraCard {
  /**
   * @param {string} serial
   * @param {SendToSimulator} send
   */
  constructor(serial, send) {
    this.path = `cameras/${encodeURIComponent(serial)}`;
    this.element = clone("camera");
    find(this.element, "code").textContent = serial;
    this.picture = /** @type {HTMLImageElement} */ (find(this.element, "img"));
    this.picture.alt = `What ${serial} sees`;
    this.online = /** @type {HTMLInputElement} */ (find(this.element, "input"));
    this.online.addEventListener("change", () => send("POST", this.path, { online: this.online.checked }));
    this.live = new LiveControls(this.element, this.path, send);
    this.numbers = [...this.element.querySelectorAll("dd")];
    /** @type {Map<number, HTMLElement>} */
    this.voices = new Map();
    this.callsKey = "";
    this.loading = false;
  }

  /** @param {SimulatedCamera} camera */
  show(camera) {
    const moving = find(this.element, ".moving");
    find(this.element, "h2").textContent = camera.name;
    this.online.checked = camera.online;
    this.element.classList.toggle("is-offline", !camera.online);
    moving.hidden = camera.moving === null;
    moving.textContent = commandName(camera.moving);
    this.live.show(camera);
    this.showNumbers(camera);
    this.showCalls(camera);
    this.showVoices(camera.voices);
    this.showScene();
  }

  /** @param {SimulatedCamera} camera */
  showNumbers({ position, photos, call_count: calls }) {
    const texts = [
      `${signed(position.pan, 1)}°`,
      `${signed(position.tilt, 1)}°`,
      `×${position.zoom.toFixed(2)}`,
      signed(position.focus, 2),
      photos,
      calls,
    ];
    texts.forEach((text, index) => {
      this.numbers[index].textContent = String(text);
    });
  }

  // The next picture replaces the one shown only once it is there: no flicker.
  async showScene() {
    if (this.loading) return;
    this.loading = true;
    try {
      const next = new Image();
      next.src = `/_sim/${this.path}/picture.jpg?${Date.now()}`;
      await next.decode();
      this.picture.src = next.src;
    } catch {
      /* the page says that the simulator is gone */
    } finally {
      this.loading = false;
    }
  }

  /** @param {SimulatedCamera} camera */
  showCalls({ calls, call_count: count }) {
    const key = `${count} ${calls.map((call) => call.answered)}`;
    if (key === this.callsKey) return;
    this.callsKey = key;
    find(this.element, "tbody").replaceChildren(...calls.toReversed().map(callRow));
  }

  /** @param {SimulatedVoice[]} voices */
  showVoices(voices) {
    const wanted = new Set(voices.map((voice) => voice.number));
    for (const [number, element] of this.voices) {
      if (!wanted.has(number)) {
        element.remove();
        this.voices.delete(number);
      }
    }
    for (const voice of voices) {
      if (this.voices.has(voice.number)) continue; // left alone: it may be playing
      const element = voiceFigure(voice, `/_sim/${this.path}/voices/${voice.number}`);
      this.voices.set(voice.number, element);
      find(this.element, ".voices").prepend(element);
    }
  }
}
