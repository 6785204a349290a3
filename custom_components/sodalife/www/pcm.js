/** What was spoken, made ready for a small loudspeaker. Knows no page and no microphone. */

export const RATE = 16000; // Hz: what a camera's speaker has use for
export const MARGIN = 0.1; // seconds kept around what was spoken: soft consonants are in there
const SHORTEST = 0.2; // seconds; of less, the platform takes none
const LONGEST = 60; // seconds; of more, the platform takes none
const FRAME = 0.02; // seconds, for which a loudness is told
const RUN = 3; // frames in a row that are loud: a click of a mouse is shorter
const QUIETEST = 0.002; // of full scale; below it there is nothing but the microphone's own noise
const GOOD = 0.1; // of full scale, in the middle of speech
const MOST = 0.9; // of full scale, for the loudest sample
const MAX_GAIN = 20;

const CROSSINGS = 12; // of the low-pass filter's kernel, on each side
const STEPS = 256; // of the kernel that are worked out, from crossing to crossing
const KERNEL = kernel();

/** A sinc that fades out. */
function kernel() {
  const values = new Float32Array(CROSSINGS * STEPS + 2);
  for (let i = 1; i < CROSSINGS * STEPS; i++) {
    const x = (i / STEPS) * Math.PI;
    values[i] = (Math.sin(x) / x) * 0.5 * (1 + Math.cos(x / CROSSINGS));
  }
  values[0] = 1;
  return values;
}

/**
 * Return the same at another rate, without what that cannot carry.
 * @param {Float32Array} samples
 * @param {number} from Hz
 * @param {number} to Hz
 */
export function resample(samples, from, to = RATE) {
  if (from === to) return samples;
  const ratio = from / to;
  const cut = Math.min(1, to / from) * 0.95;
  const reach = CROSSINGS / cut;
  const made = new Float32Array(Math.floor(samples.length / ratio));
  for (let i = 0; i < made.length; i++) {
    const at = i * ratio;
    const last = Math.min(samples.length - 1, Math.floor(at + reach));
    let sum = 0;
    for (let n = Math.max(0, Math.ceil(at - reach)); n <= last; n++) {
      sum += samples[n] * KERNEL[Math.round(Math.abs(n - at) * cut * STEPS)];
    }
    made[i] = sum * cut;
  }
  return made;
}

/**
 * How loud some samples are: the root of their mean square.
 * @param {Float32Array} samples
 */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / (samples.length || 1));
}

/**
 * Return what was spoken, without the silence before and after it; nothing if nothing was.
 * @param {Float32Array} samples
 */
export function spoken(samples, rate = RATE) {
  const size = Math.round(FRAME * rate);
  const frames = Array.from({ length: Math.floor(samples.length / size) }, (_, i) =>
    loudness(samples.subarray(i * size, (i + 1) * size)),
  );
  const loud = runs(frames, threshold(frames));
  const first = loud.indexOf(true);
  if (first < 0) return samples.subarray(0, 0);
  const margin = Math.round(MARGIN * rate);
  const start = Math.max(0, first * size - margin);
  return samples.subarray(start, (loud.lastIndexOf(true) + 1) * size + margin);
}

/**
 * What is louder is speech: well above the noise of the room, but soft syllables are, too.
 * @param {number[]} frames
 */
function threshold(frames) {
  const sorted = [...frames].sort((a, b) => a - b);
  const noise = sorted[Math.floor(sorted.length / 10)] ?? 0;
  const loudest = sorted.at(-1) ?? 0;
  return Math.max(QUIETEST, Math.min(Math.max(2.5 * noise, 0.02 * loudest), 0.1 * loudest));
}

/**
 * Which frames are loud, and so are enough beside them.
 * @param {number[]} frames
 * @param {number} least
 */
function runs(frames, least) {
  const loud = frames.map(() => false);
  let run = 0;
  for (let i = 0; i < frames.length; i++) {
    run = frames[i] > least ? run + 1 : 0;
    if (run >= RUN) loud.fill(true, i - run + 1, i + 1);
  }
  return loud;
}

/**
 * Return the same at a good loudness, as far as its loudest sample allows.
 * @param {Float32Array} samples
 */
export function normalised(samples) {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const gain = Math.min(GOOD / loudness(samples), MOST / peak, MAX_GAIN);
  return samples.map((sample) => sample * gain);
}

/**
 * Return a file: wav, one channel, 16 bit.
 * @param {Float32Array} samples
 */
export function wav(samples, rate = RATE) {
  const bytes = samples.length * 2;
  const file = new DataView(new ArrayBuffer(44 + bytes));
  const write = (/** @type {number} */ at, /** @type {string} */ word) =>
    [...word].forEach((letter, i) => file.setUint8(at + i, letter.charCodeAt(0)));
  write(0, "RIFF");
  file.setUint32(4, 36 + bytes, true);
  write(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true); // PCM
  file.setUint16(22, 1, true); // channels
  file.setUint32(24, rate, true);
  file.setUint32(28, rate * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  write(36, "data");
  file.setUint32(40, bytes, true);
  samples.forEach((sample, i) => {
    file.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true);
  });
  return file.buffer;
}

/**
 * Return what was spoken as a file to send; null if nothing was.
 * @param {Float32Array[]} parts
 * @param {number} rate Hz
 */
export function clipOf(parts, rate) {
  const samples = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  const speech = spoken(resample(samples, rate)).subarray(0, LONGEST * RATE);
  return speech.length >= SHORTEST * RATE ? wav(normalised(speech)) : null;
}
