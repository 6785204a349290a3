import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_ZOOM, Zoom } from "../../custom_components/sodalife/www/zoom.js";

test("it enlarges up to eight times, and never below the whole picture", () => {
  const zoom = new Zoom();
  zoom.by(0.5);
  assert.equal(zoom.scale, 1);
  for (let i = 0; i < 10; i++) zoom.by(2);
  assert.equal(zoom.scale, 8);
  assert.equal(MAX_ZOOM, 8);
});

test("the point that is enlarged around stays where it is", () => {
  const zoom = new Zoom();
  zoom.by(2, 0.5, -0.5);
  // A point p of the picture is shown at p * scale + offset.
  assert.equal(0.5 * zoom.scale + zoom.x, 0.5);
  assert.equal(-0.5 * zoom.scale + zoom.y, -0.5);
});

test("the picture's edges stay outside the frame", () => {
  const zoom = new Zoom();
  zoom.pan(1, 1);
  assert.deepEqual([zoom.x, zoom.y], [0, 0], "there is nothing to see beside the whole picture");
  zoom.by(3);
  zoom.pan(10, -10);
  assert.deepEqual([zoom.x, zoom.y], [2, -2]);
  zoom.by(0.5);
  assert.deepEqual([zoom.x, zoom.y], [0.5, -0.5]);
});

test("reduced to the whole picture, it is in its place", () => {
  const zoom = new Zoom();
  zoom.by(4, 1, 1);
  assert.equal(zoom.isEnlarged, true);
  zoom.by(0);
  assert.deepEqual([zoom.scale, zoom.x, zoom.y], [1, 0, 0]);
  assert.equal(zoom.isEnlarged, false);
});
