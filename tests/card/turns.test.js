import assert from "node:assert/strict";
import { test } from "node:test";

import { begin, settled } from "./stand-ins.js";

test("the wait for the turn is told, and runs down", async () => {
  const { clock, move } = begin(4);
  move.press("left");
  assert.equal(move.wait, 0, "nobody knows yet");
  await settled();
  assert.equal(move.wait, 4000);
  await clock.pass(1500);
  assert.equal(move.wait, 2500);
  await clock.pass(3000);
  assert.equal(move.wait, 0);
});

test("a hold that is let go before its turn makes one step when the turn comes, and says so", async () => {
  const { camera, clock, move, told } = begin(4);
  move.press("left");
  await settled();
  await clock.pass(3999);
  move.release();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_move"]);
  assert.equal(move.phase("left"), "waiting");
  const [start, step] = camera.calls;
  start.answer(true);
  await settled();
  assert.equal(move.phase("left"), "moving");
  step.answer(true);
  await settled();
  assert.equal(move.phase("left"), undefined);
  assert.equal(told.at(-1), "stepped left late");
});

test("once its turn has come, letting go stops, whether or not the start is acknowledged", async () => {
  const { camera, clock, move } = begin(4);
  move.press("left");
  await settled();
  await clock.pass(4000);
  move.release();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_stop"]);
});

test("a turn that nobody can name has not come until the camera moves", async () => {
  const { camera, clock, move } = begin(null);
  move.press("left");
  await settled();
  await clock.pass(20_000);
  assert.equal(move.wait, Infinity);
  move.release();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_move"]);
});

test("a camera that moves waits no more, whatever was said of its turn", async () => {
  const { camera, clock, move } = begin(4);
  move.press("left");
  await settled();
  await clock.pass(1000);
  camera.last.answer(true);
  await settled();
  assert.equal(move.wait, 0);
  move.release();
  assert.equal(camera.last.service, "ptz_stop");
});

test("what is given up before its turn does not move, and that is told", async () => {
  const { camera, clock, move, told } = begin(4);
  move.press("left");
  await settled();
  await clock.pass(1000);
  move.cancel();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_stop"]);
  assert.deepEqual(told, ["unmoved left late"]);
});

test("a screen reader's press tells of its wait, too", async () => {
  const { camera, move, told } = begin(2);
  move.tap("up");
  await settled();
  assert.equal(move.wait, 2000);
  camera.last.answer(true);
  await settled();
  assert.deepEqual(told, ["stepped up late"]);
});
