/** Hands on what the microphone hears. Runs where sound is processed, not on the page. */

const SIZE = 1024; // samples at a time: about 20 ms

class Recorder extends AudioWorkletProcessor {
  #samples = new Float32Array(SIZE);
  #count = 0;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#pass();
      this.port.postMessage(null); // that was all
    };
  }

  /** @param {Float32Array[][]} inputs */
  process([[mono]]) {
    if (!mono) return true;
    if (this.#count + mono.length > SIZE) this.#pass();
    this.#samples.set(mono, this.#count);
    this.#count += mono.length;
    return true;
  }

  #pass() {
    this.port.postMessage(this.#samples.slice(0, this.#count));
    this.#count = 0;
  }
}

registerProcessor("sodalife-recorder", Recorder);
