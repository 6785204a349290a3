import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveWatch } from "../../custom_components/sodalife/www/live.js";

const SECOND = 1000;

function begin() {
  let time = 1_000_000;
  const watch = new LiveWatch(() => time);
  const pass = (/** @type {number} */ seconds) => (time += seconds * SECOND);
  /** Look every second, and tell whether it has failed. */
  const wait = (/** @type {number} */ seconds, each = () => {}) => {
    let failed = watch.hasFailed();
    for (let left = seconds; left > 0; left -= 1) {
      pass(Math.min(1, left));
      each();
      failed = watch.hasFailed();
    }
    return failed;
  };
  return { watch, pass, wait };
}

/** A picture that has moved for so many seconds, at a pace. */
function playing(seconds = 0, pace = 1) {
  const { watch, pass, wait } = begin();
  watch.opened();
  let media = 100;
  const next = () => watch.frame((media += pace));
  next();
  const failed = wait(seconds, next);
  return { watch, pass, wait, next, failed };
}

test("nothing is live before the first frame", () => {
  const { watch } = begin();
  watch.opened();
  assert.equal(watch.moving, false);
  watch.frame(0);
  assert.equal(watch.moving, true);
});

test("the first picture may take 25 seconds", () => {
  const { watch, wait } = begin();
  watch.opened();
  assert.equal(wait(25), false);
  assert.equal(wait(0.001), true);
});

test("without a new frame for five seconds it is not live, and has failed", () => {
  const { watch, wait } = playing(3);
  assert.equal(wait(4.999), false);
  assert.equal(watch.moving, true);
  assert.equal(wait(0.001), false);
  assert.equal(watch.moving, false);
  assert.equal(wait(0.001), true);
});

test("a picture that moves at its pace goes on", () => {
  const { watch, failed } = playing(100);
  assert.equal(failed, false);
  assert.equal(watch.moving, true);
});

test("one that moves at less than half its pace is not live, and has failed", () => {
  const slow = playing(8, 0.49);
  assert.equal(slow.failed, true);
  assert.equal(slow.watch.moving, false);
  assert.equal(playing(100, 0.51).failed, false);
});

test("its own time may begin anew", () => {
  const { watch, wait } = playing(6);
  let media = 0;
  assert.equal(
    wait(7, () => watch.frame((media += 1))),
    false,
  );
  assert.equal(watch.moving, true);
});

test("nothing is expected of a picture that nobody sees, but it is not live", () => {
  const { watch, pass, wait } = playing(3);
  for (let second = 0; second < 60; second++) {
    pass(1);
    assert.equal(watch.hasFailed(false), false);
  }
  assert.equal(watch.moving, false);
  assert.equal(wait(5), false);
  assert.equal(wait(0.001), true);
});

test("nor is anything at once when the page was asleep", () => {
  const { watch, pass, wait } = playing(3);
  pass(600);
  assert.equal(watch.moving, false);
  assert.equal(wait(5), false);
  assert.equal(wait(0.001), true);
});

test("two failures are followed by another try, the third by a long pause that doubles", () => {
  const { watch, pass } = begin();
  for (const [pause, gaveUp] of /** @type {[number, boolean][]} */ ([
    [0, false],
    [3, false],
    [30, true],
    [60, true],
    [120, true],
    [240, true],
    [300, true],
    [300, true],
  ])) {
    watch.opened();
    watch.failed();
    assert.equal(watch.gaveUp, gaveUp, `${pause} s`);
    pass(Math.max(0, pause - 0.001));
    assert.equal(watch.mayOpen, pause === 0, `${pause} s`);
    pass(0.001);
    assert.equal(watch.mayOpen, true, `${pause} s`);
  }
});

test("after more than 20 seconds of moving, the next failure counts as the first", () => {
  for (const [seconds, gaveUp] of /** @type {[number, boolean][]} */ ([
    [20, true],
    [21, false],
  ])) {
    const { watch, wait, next } = playing();
    watch.failed();
    watch.failed();
    watch.opened();
    next();
    wait(seconds, next);
    watch.failed();
    assert.equal(watch.gaveUp, gaveUp, `${seconds} s`);
  }
});

test("where the reason is known, it is given up at once", () => {
  const { watch, pass } = begin();
  watch.failed(true);
  assert.equal(watch.gaveUp, true);
  pass(29.999);
  assert.equal(watch.mayOpen, false);
});

test("once the reason has gone, it may be opened at once", () => {
  const { watch } = begin();
  watch.failed(true);
  watch.forgive();
  assert.equal(watch.gaveUp, false);
  assert.equal(watch.mayOpen, true);
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
