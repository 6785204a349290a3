import assert from "node:assert/strict";
import { test } from "node:test";

import { languageOf, loadTexts, text } from "../../custom_components/sodalife/www/localize.js";

const CARD = "component.sodalife.config_panel.card";

const BUTTONS = {
  "component.sodalife.entity.button.up.name": "Up",
  "component.sodalife.entity.button.ptz_stop.name": "Stop",
  "component.sodalife.entity.button.capture.name": "Take photo",
};

/**
 * @param {string} language
 * @param {(category: string) => Record<string, string>} answer
 */
function speaking(language, answer) {
  /** @type {any[]} */
  const asked = [];
  const callWS = async (/** @type {any} */ message) => {
    asked.push(message);
    return { resources: answer(message.category) };
  };
  return /** @type {Hass & { asked: any[] }} */ (
    /** @type {unknown} */ ({ asked, locale: { language }, callWS })
  );
}

const both = (/** @type {string} */ category) =>
  /** @type {Record<string, string>} */ (
    category === "entity"
      ? { ...BUTTONS, "component.sodalife.entity.sensor.x.name": "No" }
      : { [`${CARD}.capture`]: "Photo", [`${CARD}.live`]: "Live", [`${CARD}.picture`]: "Picture of {name}" }
  );

test("there is no text before it is fetched, and then there is", async () => {
  const hass = speaking("aa", both);
  assert.equal(text(hass, "live"), "");
  assert.equal(await loadTexts(hass), true);
  assert.equal(text(hass, "live"), "Live");
});

test("commands are called what their buttons are called", async () => {
  const hass = speaking("bb", both);
  await loadTexts(hass);
  assert.equal(text(hass, "up"), "Up");
  assert.equal(text(hass, "stop"), "Stop");
  assert.equal(text(hass, "capture"), "Photo", "the card's own come first");
  assert.equal(text(hass, "x"), "");
});

test("what is in braces is filled in", async () => {
  const hass = speaking("cc", both);
  await loadTexts(hass);
  assert.equal(text(hass, "picture", { name: "Yard" }), "Picture of Yard");
  assert.equal(text(hass, "picture"), "Picture of ");
});

test("a language is fetched once, whoever asks and however often", async () => {
  const hass = speaking("dd", both);
  await Promise.all([loadTexts(hass), loadTexts(hass)]);
  assert.equal(await loadTexts(hass), false, "nothing new");
  assert.deepEqual(
    hass.asked.map(({ category, language }) => `${language} ${category}`),
    ["dd entity", "dd config_panel"],
  );
  assert.deepEqual(hass.asked[0].integration, ["sodalife"]);
});

test("another language is fetched, too, and does not take the place of the first", async () => {
  const english = speaking("ee", both);
  const chinese = speaking("zh", () => ({ [`${CARD}.live`]: "直播" }));
  await loadTexts(english);
  await loadTexts(chinese);
  assert.deepEqual([text(english, "live"), text(chinese, "live")], ["Live", "直播"]);
});

test("what could not be fetched is asked for again", async () => {
  const broken = speaking("ff", () => {
    throw new Error("no connection");
  });
  assert.equal(await loadTexts(broken), false);
  assert.equal(await loadTexts(speaking("ff", both)), true);
});

test("the language is the user's, of whichever Home Assistant", () => {
  assert.equal(languageOf({ locale: { language: "zh-Hant" }, language: "en" }), "zh-Hant");
  assert.equal(languageOf({ language: "zh-Hans" }), "zh-Hans");
});
