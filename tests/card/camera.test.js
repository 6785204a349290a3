import assert from "node:assert/strict";
import { test } from "node:test";

import { ago, CameraView } from "../../custom_components/sodalife/www/camera.js";
import { complete } from "../../custom_components/sodalife/www/config.js";
import { testHass } from "./stand-ins.js";

const CONFIG = complete({ entity: "camera.yard" });
const TAKEN = "2026-03-01T12:00:00+00:00";

const look = (about = {}, config = CONFIG) => new CameraView(testHass(about), config);

test("the other entities are found by their device, whatever they are called", () => {
  const view = look();
  assert.equal(view.sibling("image.last_capture"), "image.yard");
  assert.equal(view.sibling("light.lamp"), undefined, "of another integration");
  assert.equal(
    new CameraView({ ...view.hass, entities: undefined }, CONFIG).sibling("image.last_capture"),
    undefined,
  );
});

test("the name is the user's, else the camera's, else its id", () => {
  assert.equal(look({}, { ...CONFIG, name: "Gate" }).name, "Gate");
  assert.equal(look().name, "Yard");
  assert.equal(look({ attributes: { friendly_name: "" } }).name, "camera.yard");
});

test("a hint says why there is nothing to show", () => {
  assert.equal(look().hint, null);
  assert.equal(look({}, complete({})).hint, "choose");
  assert.equal(look({}, complete({ entity: "camera.gone" })).hint, "not_found");
  assert.equal(look({ platform: "demo" }).hint, "not_ours");
});

test("an unavailable camera shows its last photo, if it has one", () => {
  assert.equal(look().picture, "/api/camera?token=1");
  assert.equal(look({ state: "unavailable" }).picture, undefined);
  assert.equal(look({ state: "unavailable", newest: TAKEN }).picture, "/api/image?token=2");
});

test("a camera can make a move until it has refused it", () => {
  assert.equal(look().able("up"), true);
  const view = look({ attributes: { ptz_unsupported: ["up"] } });
  assert.equal(view.able("up"), false);
  assert.equal(view.able("up", "down"), true);
});

test("only an available camera with the feature streams, and where streams are set up", () => {
  assert.equal(look().canStream, true);
  assert.equal(look({ state: "unavailable" }).canStream, false);
  assert.equal(look({ attributes: { supported_features: 0 } }).canStream, false);
  const bare = { ...testHass(), config: { components: [] } };
  assert.equal(new CameraView(bare, CONFIG).canStream, false);
});

test("it is as before while its states, the registry and the language are the same", () => {
  const hass = testHass();
  const view = new CameraView(hass, CONFIG);
  assert.equal(view.isAsIn(hass), true);
  assert.equal(view.isAsIn(undefined), false);
  const other = { ...hass.states["image.yard"] };
  assert.equal(view.isAsIn({ ...hass, states: { ...hass.states, "image.yard": other } }), false);
  assert.equal(view.isAsIn({ ...hass, states: { ...hass.states, "light.yard": other } }), true);
  assert.equal(view.isAsIn({ ...hass, locale: { language: "de" } }), false);
});

test("the end of the range is told once, by the sensor", () => {
  const before = testHass();
  const at = (/** @type {number} */ time) => ({ state: "ptz_end_stop", attributes: { at: time } });
  const after = { ...before, states: { ...before.states, "sensor.yard": at(1) } };
  const again = { ...before, states: { ...before.states, "sensor.yard": at(1) } };
  const once_more = { ...before, states: { ...before.states, "sensor.yard": at(2) } };
  assert.equal(new CameraView(after, CONFIG).hasReachedEnd(before), true);
  assert.equal(new CameraView(again, CONFIG).hasReachedEnd(after), false);
  assert.equal(new CameraView(once_more, CONFIG).hasReachedEnd(after), true);
});

test("the age is told in steps, and never of the future", () => {
  const now = Date.parse(TAKEN);
  const after = (/** @type {number} */ seconds) => ago(TAKEN, "en", now + seconds * 1000);
  assert.equal(after(-5), "now");
  assert.equal(after(9), "now");
  assert.equal(after(23), "20 sec. ago");
  assert.equal(after(119), "1 min. ago");
  assert.equal(after(7200), "2 hr. ago");
  assert.equal(after(86400 * 3), "3 days ago");
});
