import assert from "node:assert/strict";
import { test } from "node:test";

import { TAP } from "../../custom_components/sodalife/www/hold.js";
import { RENEWAL } from "../../custom_components/sodalife/www/hold-to-move.js";
import { begin, holding, settled } from "./stand-ins.js";

test("what moves is told when it begins, and a step that fails is not told as one", async () => {
  const { told } = await holding("up");
  assert.deepEqual(told, ["moving up"]);
  const failing = begin();
  failing.move.tap("up");
  failing.camera.last.answer(false);
  await settled();
  assert.deepEqual(failing.told, []);
});

test("what has moved is not told of as unmoved", async () => {
  const { clock, move, told } = await holding("up");
  await clock.pass(TAP);
  move.cancel();
  assert.deepEqual(told, ["moving up"]);
});

test("a start that is acknowledged after letting go is not told of as moving", async () => {
  const { camera, clock, move, told } = begin();
  move.press("left");
  await clock.pass(TAP);
  move.release();
  camera.calls[0].answer(true);
  await settled();
  assert.deepEqual(told, []);
});

test("a renewal that fails after its hold is no matter to the next one", async () => {
  const { camera, clock, move } = await holding("left");
  await clock.pass(RENEWAL);
  const renewal = camera.last;
  move.release();
  move.press("up");
  renewal.answer(false);
  await settled();
  assert.equal(move.held, true);
  assert.deepEqual(camera.services, ["ptz_start", "ptz_start", "ptz_stop", "ptz_start"]);
});

test("of two steps, the newer one is shown and told", async () => {
  const { camera, move, told } = begin();
  move.tap("left");
  move.tap("up");
  const [first, second] = camera.calls;
  first.answer(true);
  await settled();
  assert.equal(move.phase("up"), "waiting");
  assert.deepEqual(told, []);
  second.answer(true);
  await settled();
  assert.deepEqual(told, ["stepped up"]);
});

test("of one press, no failure is told twice", async () => {
  const { camera, move } = begin();
  move.press("left");
  move.release();
  const [start, step] = camera.calls;
  assert.equal(step.reports(), true);
  start.answer(false);
  await settled();
  assert.equal(step.reports(), false);
});

test("nobody is told that a way home, which was stopped, has failed", () => {
  const { camera, move } = begin();
  move.home();
  const [home] = camera.calls;
  assert.equal(home.reports(), true);
  move.stop();
  assert.equal(home.reports(), false);
});
