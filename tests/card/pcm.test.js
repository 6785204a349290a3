import assert from "node:assert/strict";
import { test } from "node:test";

import {
  clipOf,
  loudness,
  MARGIN,
  normalised,
  RATE,
  resample,
  spoken,
  wav,
} from "../../custom_components/sodalife/www/pcm.js";

/**
 * @param {number} seconds
 * @param {number} hertz
 */
const tone = (seconds, hertz, volume = 0.3, rate = RATE) =>
  Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate) * volume,
  );

/** The same noise each time. */
const noise = (/** @type {number} */ seconds, volume = 0.001) => {
  let seed = 1;
  return Float32Array.from({ length: Math.round(seconds * RATE) }, () => {
    seed = (seed * 16807) % 2147483647;
    return (seed / 2147483647 - 0.5) * 2 * volume;
  });
};

/** @param {Float32Array[]} parts */
const joined = (...parts) => Float32Array.from(parts.flatMap((part) => [...part]));

const isAbout = (/** @type {number} */ found, /** @type {number} */ wanted, within = 0.02) =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not ${wanted}`);

for (const rate of [8000, 44100, 48000, 96000]) {
  test(`speech at ${rate} Hz keeps its length, its pitch and its loudness`, () => {
    const made = resample(tone(1, 1000, 0.3, rate), rate);
    isAbout(made.length / RATE, 1, 0.001);
    const wanted = tone(1, 1000);
    for (let i = 200; i < 15800; i++) isAbout(made[i], wanted[i], 0.01);
  });
}

test("what 16 kHz cannot carry is gone, and does not come back as another tone", () => {
  assert.ok(loudness(resample(tone(0.5, 11000, 0.3, 48000), 48000).subarray(500, 7500)) < 0.003);
  assert.ok(loudness(resample(tone(0.5, 6000, 0.3, 48000), 48000)) > 0.2);
});

test("silence is cut off at both ends, but for a margin, and not in the middle", () => {
  const speech = joined(tone(0.5, 300), noise(0.6), tone(0.5, 300));
  const found = spoken(joined(noise(1), speech, noise(2)));
  isAbout(found.length / RATE, 1.6 + 2 * MARGIN, 0.03);
});

test("what begins and ends with speech stays as it is", () => {
  const found = spoken(tone(1, 300));
  assert.equal(found.length, RATE);
});

test("a loud room is no speech, and soft syllables are", () => {
  const loudRoom = spoken(joined(noise(1, 0.02), tone(1, 300), noise(1, 0.02)));
  isAbout(loudRoom.length / RATE, 1 + 2 * MARGIN, 0.05);
  const soft = spoken(joined(noise(1), tone(0.5, 300, 0.015), tone(1, 300, 0.3), noise(1)));
  isAbout(soft.length / RATE, 1.5 + 2 * MARGIN, 0.05);
});

test("a click of the mouse is no speech", () => {
  const click = tone(0.02, 2000, 0.9);
  const found = spoken(joined(noise(0.1), click, noise(1), tone(1, 300), noise(1), click, noise(0.1)));
  isAbout(found.length / RATE, 1 + 2 * MARGIN, 0.05);
});

test("nothing was spoken", () => {
  for (const silence of [new Float32Array(RATE), noise(1), new Float32Array(0), tone(0.02, 300)]) {
    assert.equal(spoken(silence).length, 0);
    assert.equal(clipOf([silence], RATE), null);
  }
});

test("what is soft becomes louder, what is loud is not cut", () => {
  isAbout(loudness(normalised(tone(1, 300, 0.02))), 0.1, 0.002);
  isAbout(loudness(normalised(tone(1, 300, 1))), 0.1, 0.002);
  const shout = joined(tone(1, 300, 0.05), tone(0.01, 300, 0.9), tone(1, 300, 0.05));
  assert.ok(normalised(shout).every((sample) => Math.abs(sample) <= 0.9001));
  isAbout(
    normalised(tone(1, 300, 0.002)).reduce((a, b) => Math.max(a, b)),
    0.04,
    0.001,
  ); // not the noise
});

test("a file is wav, 16 kHz, one channel, 16 bit", () => {
  const file = Buffer.from(wav(Float32Array.of(0, 0.5, -0.5, 2, -2)));
  assert.equal(file.toString("latin1", 0, 4) + file.toString("latin1", 8, 16), "RIFFWAVEfmt ");
  assert.equal(file.readUInt32LE(4), file.length - 8);
  assert.deepEqual(
    [20, 22, 32, 34].map((at) => file.readUInt16LE(at)),
    [1, 1, 2, 16],
  );
  assert.deepEqual(
    [24, 28, 40].map((at) => file.readUInt32LE(at)),
    [16000, 32000, 10],
  );
  assert.deepEqual(
    [44, 46, 48, 50, 52].map((at) => file.readInt16LE(at)),
    [0, 16384, -16383, 32767, -32767],
  );
});

test("a clip is made of all parts, and two seconds are 64 kB", () => {
  const whole = tone(2, 300, 0.3, 48000);
  const parts = Array.from({ length: 94 }, (_, i) => whole.subarray(i * 1024, (i + 1) * 1024));
  assert.equal(clipOf(parts, 48000)?.byteLength, 64044);
});

test("a minute is made ready in good time", () => {
  const minute = tone(60, 300, 0.3, 48000);
  const began = performance.now();
  clipOf([minute], 48000);
  assert.ok(performance.now() - began < 2000);
});

test("whoever speaks to the last moment has a minute, not more: the platform takes no more", () => {
  const clip = clipOf([tone(60.3, 300, 0.3)], RATE);
  assert.equal(clip?.byteLength, 44 + 60 * 2 * RATE);
});

test("whoever lets go at the first sound has said nothing: the platform takes no less", () => {
  assert.equal(clipOf([joined(noise(1), tone(0.06, 300))], RATE), null);
  assert.notEqual(clipOf([joined(noise(1), tone(0.12, 300))], RATE), null);
});
