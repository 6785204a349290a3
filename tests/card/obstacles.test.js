import assert from "node:assert/strict";
import { test } from "node:test";

import { mayBeLive, note, noteOpen } from "../../custom_components/sodalife/www/neighbours.js";
import { ObstacleFeed, obstacleOf } from "../../custom_components/sodalife/www/obstacles.js";
import { settled } from "./stand-ins.js";

const named = (/** @type {string} */ key) => ({
  translation_domain: "sodalife",
  translation_key: key,
  translation_placeholders: {},
});
const FOUND = { all: named("offline"), live: named("encrypted"), photo: named("quota") };
const OPEN = { available: true, playing: false, live: true };

test("a camera that cannot be reached comes first", () => {
  assert.equal(obstacleOf(FOUND, { ...OPEN, available: false }), FOUND.all);
});

test("a picture that plays is not complained of", () => {
  assert.equal(obstacleOf(FOUND, { ...OPEN, playing: true }), undefined);
});

test("of the live picture is spoken where it is wanted, else of photos", () => {
  assert.equal(obstacleOf(FOUND, OPEN), FOUND.live);
  assert.equal(obstacleOf(FOUND, { ...OPEN, live: false }), FOUND.photo);
  assert.equal(obstacleOf({ live: FOUND.live }, { ...OPEN, live: false }), undefined);
  assert.equal(obstacleOf({}, OPEN), undefined);
});

test("it listens to one camera at a time, and to what that one says", async () => {
  /** @type {any[]} */
  const asked = [];
  let ended = 0;
  const connection = {
    subscribeMessage: async (/** @type {any} */ tell, /** @type {any} */ message) => {
      asked.push({ tell, ...message });
      return async () => void ended++;
    },
  };
  const hass = /** @type {Hass} */ (/** @type {unknown} */ ({ connection }));
  let changes = 0;
  const feed = new ObstacleFeed(() => changes++);
  feed.follow(hass, "camera.one");
  feed.follow(hass, "camera.one");
  assert.equal(asked.length, 1);
  asked[0].tell(FOUND);
  assert.equal(feed.found, FOUND);
  assert.equal(changes, 1);
  feed.follow(hass, "camera.two");
  await settled();
  assert.equal(ended, 1);
  assert.deepEqual(feed.found, {});
  asked[0].tell(FOUND);
  assert.deepEqual(feed.found, {}, "the first one's words come too late");
  feed.end();
  await settled();
  assert.equal(ended, 2);
});

test("where nobody listens, there are no reasons, and no error", async () => {
  const connection = { subscribeMessage: () => Promise.reject(new Error("unknown command")) };
  const feed = new ObstacleFeed(() => {});
  feed.follow(/** @type {Hass} */ (/** @type {unknown} */ ({ connection })), "camera.one");
  await settled();
  feed.end();
  await settled();
  assert.deepEqual(feed.found, {});
});

test("up to two cards in sight are live; of more, the one that is opened", () => {
  const cards = [{}, {}, {}];
  let looks = 0;
  const see = (/** @type {object} */ card, visible = true) => note(card, visible, () => looks++);
  see(cards[0]);
  see(cards[1]);
  assert.equal(mayBeLive(cards[0]), true);
  looks = 0;
  see(cards[2]);
  assert.equal(looks, 3, "all look again");
  assert.equal(mayBeLive(cards[0]), false);
  noteOpen(cards[1], true);
  assert.deepEqual(cards.map(mayBeLive), [false, true, false]);
  noteOpen(cards[0], false);
  assert.equal(mayBeLive(cards[1]), true, "another one's closing says nothing");
  noteOpen(cards[1], false);
  see(cards[2], false);
  assert.equal(mayBeLive(cards[0]), true);
});
