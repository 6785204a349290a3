/** Records what a microphone hears; loaded when somebody speaks for the first time. */

import { clipOf, loudness } from "./pcm.js";

const NAME = "sodalife-recorder"; // as in recorder-worklet.js
const TAIL = 100; // milliseconds: people let go with the last syllable on their lips
const PATIENCE = 1000; // milliseconds for what the worklet still holds
const SILENT = -60; // decibels at which the meter shows nothing

/**
 * Begin to record; return when sound comes.
 * @param {MediaStream} stream
 * @param {AbortSignal} signal that nobody wants it any more
 */
export async function record(stream, signal) {
  if (signal.aborted) throw new Error("given up");
  const context = new AudioContext({ latencyHint: "interactive" });
  signal.addEventListener("abort", () => close(context)); // whatever is waited for
  try {
    await context.audioWorklet.addModule(new URL("./recorder-worklet.js", import.meta.url));
    const recording = new Recording(stream, context);
    await context.resume();
    await recording.next();
    return recording;
  } catch (error) {
    close(context);
    throw error;
  }
}

/** @param {AudioContext} context */
function close(context) {
  if (context.state !== "closed") context.close();
}

/** One recording, from its first sound to its end. */
class Recording {
  /** @type {Float32Array[]} */ #parts = [];
  #heard = (/** @type {Float32Array | null} */ _part) => {};

  /**
   * @param {MediaStream} stream
   * @param {AudioContext} context
   */
  constructor(stream, context) {
    this.stream = stream;
    this.context = context;
    this.node = new AudioWorkletNode(context, NAME, { channelCount: 1, channelCountMode: "explicit" });
    this.node.port.onmessage = ({ data }) => {
      if (data) this.#parts.push(data);
      this.#heard(data);
    };
    context.createMediaStreamSource(stream).connect(this.node);
    this.node.connect(context.destination); // or it is not processed; it says nothing
  }

  /**
   * Wait for the next part, but not for ever; null: there is none any more.
   * @returns {Promise<Float32Array | null>}
   */
  next() {
    return new Promise((resolve, reject) => {
      const late = setTimeout(reject, PATIENCE, new Error("no sound"));
      this.#heard = (part) => {
        clearTimeout(late);
        resolve(part);
      };
    });
  }

  /** How loud it is just now, 0 to 1. */
  get level() {
    const decibels = 20 * Math.log10(loudness(this.#parts.at(-1) ?? new Float32Array(1)));
    return Math.max(0, Math.min(1, 1 - decibels / SILENT));
  }

  /** End it; return what was spoken as a file to send, null if nothing was. */
  async stop() {
    await new Promise((resolve) => setTimeout(resolve, TAIL));
    this.node.port.postMessage("pass");
    try {
      while (await this.next());
    } catch {
      // Nothing comes any more: there is what came before.
    }
    this.drop();
    return clipOf(this.#parts, this.context.sampleRate);
  }

  /** Let the microphone go, and what was recorded. */
  drop() {
    for (const track of this.stream.getTracks()) track.stop();
    close(this.context);
  }
}
