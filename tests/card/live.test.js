import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveWatch } from "../../custom_components/sodalife/www/live.js";

const SECOND = 1000;

function begin() {
  let time = 1_000_000;
  const watch = new LiveWatch(() => time);
  return { watch, pass: (/** @type {number} */ seconds) => (time += seconds * SECOND) };
}

/** A picture that has moved for so many seconds. */
function playing(seconds = 0) {
  const { watch, pass } = begin();
  watch.started();
  watch.shown();
  for (let at = 1; at <= seconds; at++) {
    pass(1);
    watch.hasStalled(at);
  }
  return { watch, pass };
}

test("the first pictures may take 40 seconds", () => {
  const { watch, pass } = begin();
  watch.started();
  pass(40);
  assert.equal(watch.hasStalled(0), false);
  pass(0.001);
  assert.equal(watch.hasStalled(0), true);
});

test("a picture that has not moved on for 15 seconds has stalled", () => {
  const { watch, pass } = playing(3);
  pass(15);
  assert.equal(watch.hasStalled(3), false);
  pass(0.001);
  assert.equal(watch.hasStalled(3), true);
});

test("nothing is expected of a picture that nobody sees", () => {
  const { watch, pass } = playing(3);
  pass(100);
  assert.equal(watch.hasStalled(3, true), false);
  pass(15);
  assert.equal(watch.hasStalled(3), false);
});

test("the pause after a failure doubles from 30 seconds up to five minutes", () => {
  const { watch, pass } = begin();
  for (const pause of [30, 60, 120, 240, 300, 300]) {
    watch.started();
    assert.equal(watch.failed(), undefined);
    pass(pause - 0.001);
    assert.equal(watch.mayStart, false, `${pause} s`);
    pass(0.001);
    assert.equal(watch.mayStart, true, `${pause} s`);
  }
});

test("a picture that moved for more than 20 seconds is only interrupted and starts again at once", () => {
  const { watch } = playing(21);
  assert.equal(watch.hasProven, true);
  assert.equal(watch.failed(), SECOND);
  assert.equal(watch.mayStart, true);
  assert.equal(watch.playing, false);
});

test("a picture that moved for 20 seconds has not proven itself", () => {
  const { watch } = playing(20);
  assert.equal(watch.hasProven, false);
  assert.equal(watch.failed(), undefined);
  assert.equal(watch.mayStart, false);
});

test("what is shown again goes on proving itself", () => {
  const { watch, pass } = playing(15);
  pass(6);
  watch.shown();
  assert.equal(watch.hasProven, true);
});

test("after one that worked, the next failure counts as the first", () => {
  const { watch, pass } = begin();
  watch.failed();
  watch.failed();
  watch.forgive();
  watch.failed();
  pass(30);
  assert.equal(watch.mayStart, true);
});

test("another camera has no failures", () => {
  const { watch } = begin();
  watch.failed();
  watch.forget();
  assert.equal(watch.mayStart, true);
  watch.failed();
  assert.equal(watch.mayStart, false);
});

test("ten seconds after somebody looked, nobody watches", () => {
  const { watch, pass } = begin();
  assert.equal(watch.isWatched, false);
  watch.seen();
  pass(9.999);
  assert.equal(watch.isWatched, true);
  pass(0.001);
  assert.equal(watch.isWatched, false);
});
