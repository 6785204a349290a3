import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_HOLD, TAP } from "../../custom_components/sodalife/www/hold.js";
import { RENEWAL, WATCHDOG } from "../../custom_components/sodalife/www/hold-to-move.js";
import { begin, holding, settled } from "./stand-ins.js";

test("a press starts a move that would end by itself within ten seconds", () => {
  const { camera, move } = begin();
  assert.equal(move.press("left"), true);
  assert.deepEqual(camera.last.data, { command: "left", timeout: 10 });
  assert.equal(camera.last.service, "ptz_start");
  assert.equal(WATCHDOG, 10);
});

test("it waits until the start is acknowledged, then moves", async () => {
  const { camera, move, changes } = begin();
  move.press("left");
  assert.equal(move.phase("left"), "waiting");
  const before = changes();
  camera.last.answer(true);
  await settled();
  assert.equal(move.phase("left"), "moving");
  assert.equal(move.phase("right"), undefined);
  assert.ok(changes() > before);
});

test("letting go after a hold stops at once", async () => {
  const { camera, clock, move } = await holding();
  await clock.pass(TAP);
  move.release();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_stop"]);
  assert.equal(move.held, false);
  assert.equal(move.phase("left"), undefined);
});

test("a press of less than 200 ms is a tap: one step, which ends by itself", async () => {
  const { camera, clock, move } = await holding();
  await clock.pass(199);
  move.release();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_move"]);
  assert.deepEqual(camera.last.data, { command: "left" });
  assert.equal(move.phase("left"), "moving");
  camera.last.answer(true);
  await settled();
  assert.equal(move.phase("left"), undefined);
  assert.equal(TAP, 200);
});

test("a held move is renewed every five seconds, and half of the watchdog's time is left then", async () => {
  const { camera, clock } = await holding();
  await clock.pass(4999);
  assert.equal(camera.calls.length, 1);
  await clock.pass(1);
  assert.deepEqual(camera.last.data, { command: "left", timeout: 10 });
  assert.deepEqual(camera.services, ["ptz_start", "ptz_start"]);
  camera.last.answer(true);
  await clock.pass(RENEWAL);
  assert.equal(camera.calls.length, 3);
  assert.ok(RENEWAL * 2 <= WATCHDOG * 1000);
});

test("a start that still waits for its turn is not renewed", async () => {
  const { camera, clock, move } = begin();
  move.press("left");
  await clock.pass(RENEWAL * 3);
  assert.deepEqual(camera.services, ["ptz_start"]);
});

test("nothing is renewed after letting go, and no timer stays", async () => {
  const { camera, clock, move } = await holding();
  await clock.pass(TAP);
  move.release();
  await clock.pass(RENEWAL * 3);
  assert.deepEqual(camera.services, ["ptz_start", "ptz_stop"]);
  assert.equal(clock.running, 0);
});

test("a hold of more than a minute ends: something lies on the key", async () => {
  const { camera, clock, move } = await holding();
  for (let passed = 0; passed < MAX_HOLD; passed += RENEWAL) {
    assert.equal(move.held, true);
    await clock.pass(RENEWAL);
    camera.last.answer(true);
  }
  assert.equal(move.held, true);
  assert.equal(camera.services.filter((name) => name === "ptz_start").length, 13);
  await clock.pass(RENEWAL);
  assert.equal(move.held, false);
  assert.equal(camera.last.service, "ptz_stop");
  assert.equal(MAX_HOLD, 60_000);
});

test("a renewal that fails stops the move", async () => {
  const { camera, clock, move } = await holding();
  await clock.pass(RENEWAL);
  camera.last.answer(false);
  await settled();
  assert.equal(camera.last.service, "ptz_stop");
  assert.equal(move.held, false);
});

test("a start that fails ends the hold without a stop", async () => {
  const { camera, clock, move } = begin();
  move.press("left");
  camera.last.answer(false);
  await settled();
  assert.equal(move.held, false);
  assert.equal(move.phase("left"), undefined);
  move.release();
  await clock.pass(RENEWAL);
  assert.deepEqual(camera.services, ["ptz_start"]);
});

test("only one button counts at a time", async () => {
  const { camera, move } = await holding("left");
  assert.equal(move.press("up"), false);
  move.tap("up");
  await move.home();
  assert.deepEqual(camera.services, ["ptz_start"]);
  assert.equal(move.phase("up"), undefined);
});

test("a cancelled hold stops at once, however short it was", async () => {
  const { camera, move } = await holding();
  move.cancel();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_stop"]);
});

test("of a hold whose start has failed, no failing stop is told of", async () => {
  const { camera, move } = begin();
  move.press("left");
  move.cancel();
  const [start, stop] = camera.calls;
  assert.equal(stop.reports(), true);
  start.answer(false);
  await settled();
  assert.equal(stop.reports(), false);
});

test("cancelling or releasing nothing does nothing", () => {
  const { camera, move } = begin();
  move.cancel();
  move.release();
  assert.deepEqual(camera.services, []);
});

test("a screen reader's press is one step", async () => {
  const { camera, move } = begin();
  move.tap("zoom_in");
  assert.deepEqual(camera.services, ["ptz_move"]);
  assert.equal(move.phase("zoom_in"), "waiting");
  assert.equal(move.isSteering, true);
  camera.last.answer(true);
  await settled();
  assert.equal(move.isSteering, false);
});

test("home shows that it moves until it is there, and is not steering", async () => {
  const { camera, move } = begin();
  move.home();
  move.home();
  assert.deepEqual(camera.services, ["ptz_home"]);
  assert.equal(move.phase("home"), "moving");
  assert.equal(move.isSteering, false);
  camera.last.answer(true);
  await settled();
  assert.equal(move.phase("home"), undefined);
});

test("the stop button ends a hold, and whatever else moves", async () => {
  const { camera, clock, move } = await holding();
  move.stop();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_stop"]);
  assert.equal(move.held, false);
  assert.equal(clock.running, 0);
  move.release();
  move.stop();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_stop", "ptz_stop"]);
});

test("at the end of the range, the hold ends and nobody is told of a stop that fails", async () => {
  const { camera, move } = await holding();
  move.reachEnd();
  assert.deepEqual(camera.services, ["ptz_start", "ptz_stop"]);
  assert.equal(camera.last.reports(), false);
  assert.equal(move.isSteering, false);
});
