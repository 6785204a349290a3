/** Hold to talk: from the press to what becomes of the message. Knows no page and no microphone. */

import { CLOCK } from "./hold.js";

export const SHORTEST = 500; // milliseconds: less is a press by mistake, or by somebody new to it
export const LONGEST = 60000; // what the platform takes for certain
const TICK = 100;
const PROMPTED = 1000; // so long nobody waits for a microphone, unless the browser asks the user

/** Records while a button is held, and sends what was said. */
export class HoldToTalk {
  /** @type {Recording | null} */ recording = null;
  /** @type {AbortController | null} what tells one press from the next, and that it is given up */ #press =
    null;
  /** @type {object | null} the newest message */ #message = null;
  #since = 0;
  /** @type {number | undefined} */ #timer;

  /**
   * @param {(signal: AbortSignal) => Promise<Recording | null>} open opens the microphone; null: it was
   *   given up meanwhile. What it throws has the `key` of a text
   * @param {() => (clip: ArrayBuffer) => AsyncIterable<VoiceStep>} addressed how to send to the camera
   *   that is shown now
   * @param {(told?: ToldOfTalk) => void} changed shows it
   */
  constructor(open, addressed, changed, clock = CLOCK) {
    this.open = open;
    this.addressed = addressed;
    this.changed = changed;
    this.clock = clock;
  }

  get held() {
    return this.#press !== null;
  }

  /** The seconds that have been recorded. */
  get seconds() {
    return this.recording ? (this.clock.now() - this.#since) / 1000 : 0;
  }

  async press() {
    if (this.#press) return;
    const press = (this.#press = new AbortController());
    this.#message = null; // how far it has come is not told over what is told of this press
    const pressed = this.clock.now();
    this.changed({ key: "" });
    try {
      const recording = await this.open(press.signal);
      if (recording && this.#press === press) return this.#begin(recording);
      recording?.drop();
      if (!this.#press && this.clock.now() - pressed > PROMPTED) this.changed({ key: "talk_ready" });
    } catch (error) {
      if (this.#press && this.#press !== press) return;
      this.#press = null;
      this.changed({ key: /** @type {{ key: string }} */ (error).key, isBad: true });
    }
  }

  /** Send it, unless there is next to nothing. */
  release() {
    if (!this.#press) return;
    if (this.seconds * 1000 < SHORTEST) return this.#drop("talk_short");
    this.#finish();
  }

  /** Forget it: the pointer has left, the tab hides, or the like. */
  discard() {
    if (this.#press) this.#drop("talk_discarded");
  }

  /** Another camera is shown: it hears nothing of what was meant for this one, nor is it told there. */
  forget() {
    this.#message = null;
    if (this.#press) this.discard();
    else this.changed({ key: "" });
  }

  /** @param {Recording} recording */
  #begin(recording) {
    this.recording = recording;
    this.#since = this.clock.now();
    this.#timer = this.clock.setInterval(() => this.#tick(), TICK);
    this.changed();
  }

  #tick() {
    if (this.seconds * 1000 >= LONGEST) this.#finish("talk_longest");
    else this.changed();
  }

  #end() {
    const { recording } = this;
    this.clock.clearInterval(this.#timer);
    this.#press = this.recording = null;
    return recording;
  }

  /** @param {string} key why */
  #drop(key) {
    this.#press?.abort();
    this.#end()?.drop();
    this.changed({ key });
  }

  /** @param {string} [note] what is told beside how far it has come */
  async #finish(note) {
    const recording = /** @type {Recording} */ (this.#end());
    const send = this.addressed();
    const message = (this.#message = {});
    const tell = (/** @type {ToldOfTalk} */ told) =>
      message === this.#message && this.changed({ ...told, note });
    tell({ key: "talk_sending" });
    try {
      const clip = await recording.stop();
      if (!clip) return void tell({ key: "talk_silent", isBad: true });
      for await (const step of send(clip)) this.#follow(step, tell);
    } catch (error) {
      this.changed({ key: "", error, isBad: true }); // also if there is a newer one
    }
  }

  /**
   * @param {VoiceStep} step
   * @param {(told: ToldOfTalk) => void} tell
   */
  #follow({ state, seconds }, tell) {
    if (state === "waiting") {
      const key = seconds >= 1 ? "talk_waiting" : "talk_next";
      return tell({ key, values: { seconds: String(Math.round(seconds)) } });
    }
    tell({ key: "talk_playing" });
    const timer = this.clock.setInterval(() => {
      this.clock.clearInterval(timer);
      tell({ key: "talk_played" });
    }, seconds * 1000);
  }
}
