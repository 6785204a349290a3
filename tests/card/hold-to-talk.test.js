import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST, SHORTEST } from "../../custom_components/sodalife/www/hold-to-talk.js";
import { settled } from "./stand-ins.js";
import { begin, CLIP, recording, spoken } from "./talkers.js";

test("what was held long enough is sent, and how far it comes is told", async () => {
  const { clock, sends, talk, told } = await spoken();
  assert.equal(talk.seconds, 2);
  talk.release();
  await settled();
  assert.equal(talk.held, false);
  assert.equal(sends[0].clip, CLIP);
  sends[0].step({ state: "waiting", seconds: 12.4 });
  await settled();
  sends[1].step({ state: "accepted", seconds: 2.5 });
  await settled();
  assert.deepEqual(told, ["talk_sending", "talk_waiting 12", "talk_playing"]);
  await clock.pass(2400);
  assert.equal(told.length, 3);
  await clock.pass(200);
  assert.equal(told.at(-1), "talk_played");
  assert.equal(clock.running, 0);
});

test("a wait that is none is not told in seconds", async () => {
  const { sends, talk, told } = await spoken();
  talk.release();
  await settled();
  sends[0].step({ state: "waiting", seconds: 0 });
  await settled();
  assert.equal(told.at(-1), "talk_next 0");
});

test("a press that is too short is a hint, and nothing is sent", async () => {
  const { made, sends, talk, told } = await spoken(SHORTEST - 100);
  talk.release();
  await settled();
  assert.deepEqual([told, made.dropped, sends.length], [["talk_short"], 1, 0]);
});

test("let go before the microphone is there: it is let go as soon as it is", async () => {
  const { opens, talk, told } = begin();
  talk.press();
  talk.release();
  const late = recording();
  opens[0].answer(late);
  await settled();
  assert.deepEqual([told, late.dropped, talk.held], [["talk_short"], 1, false]);
});

test("whoever had to be asked for the microphone is told that it is ready", async () => {
  const { clock, opens, talk, told } = begin();
  talk.press();
  talk.release();
  await clock.pass(3000);
  opens[0].answer(recording());
  await settled();
  assert.deepEqual(told, ["talk_short", "talk_ready"]);
});

test("what is discarded is not sent, whatever comes", async () => {
  const { made, sends, talk, told } = await spoken();
  talk.discard();
  talk.release();
  await settled();
  assert.deepEqual([told, made.dropped, sends.length], [["talk_discarded"], 1, 0]);
});

test("a minute is the most: it is sent by itself, and letting go then does nothing", async () => {
  const { clock, sends, talk, told } = await spoken(LONGEST - 100);
  assert.equal(talk.held, true);
  await clock.pass(10_000);
  talk.release();
  await settled();
  assert.equal(sends.length, 1);
  sends[0].step({ state: "waiting", seconds: 0 });
  await settled();
  assert.deepEqual(told, ["talk_longest talk_sending", "talk_longest talk_next 0"]);
});

test("why there is no microphone is told, also to whoever has let go", async () => {
  for (const letGo of [false, true]) {
    const { opens, talk, told } = begin();
    talk.press();
    if (letGo) talk.release();
    opens[0].refuse({ key: "talk_denied" });
    await settled();
    assert.equal(told.at(-1), "talk_denied bad");
    assert.equal(talk.held, false);
  }
});

test("nothing was heard", async () => {
  const { sends, talk, told } = await spoken(2000, null);
  talk.release();
  await settled();
  assert.deepEqual([told, sends.length], [["talk_sending", "talk_silent bad"], 0]);
});

test("a second press while one is held is none", async () => {
  const { opens, talk } = await spoken();
  talk.press();
  assert.equal(opens.length, 1);
});

test("of two messages the newer one is told of, and of both if they fail", async () => {
  const { opens, sends, clock, talk, told } = await spoken();
  talk.release();
  await settled();
  talk.press();
  opens[1].answer(recording());
  await settled();
  await clock.pass(1000);
  talk.release();
  await settled();
  const before = told.length;
  const [first, second] = sends;
  first.fail(new Error("full"));
  await settled();
  second.step({ state: "accepted", seconds: 1 });
  await settled();
  assert.deepEqual(told.slice(before), ["full bad", "talk_playing"]);
});

test("the first one's steps are not told as the second one's", async () => {
  const { opens, sends, clock, talk, told } = await spoken();
  talk.release();
  await settled();
  talk.press();
  opens[1].answer(recording());
  await settled();
  await clock.pass(1000);
  talk.release();
  await settled();
  sends[0].step({ state: "accepted", seconds: 1 });
  await settled();
  await clock.pass(2000);
  assert.deepEqual(told, ["talk_sending", "talk_sending"]);
});

test("how far a message has come is not told over what is told of a newer press", async () => {
  const { clock, opens, sends, talk, told } = await spoken();
  talk.release();
  await settled();
  sends[0].step({ state: "accepted", seconds: 2 });
  await settled();
  talk.press();
  opens[1].refuse({ key: "talk_denied" });
  await settled();
  await clock.pass(3000);
  assert.deepEqual(told, ["talk_sending", "talk_playing", "talk_denied bad"]);
});

test("a microphone that comes after a newer press began is let go", async () => {
  const { opens, talk, told } = begin();
  talk.press();
  talk.discard();
  talk.press();
  const late = recording();
  opens[0].answer(late);
  await settled();
  assert.deepEqual([late.dropped, talk.held], [1, true]);
  opens[1].answer(recording());
  await settled();
  assert.notEqual(talk.recording, null);
  assert.deepEqual(told, ["talk_discarded"]);
});
