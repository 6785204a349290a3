import assert from "node:assert/strict";
import { test } from "node:test";

import { settled } from "./stand-ins.js";
import { begin, spoken } from "./talkers.js";

test("let go while the microphone opens: it is let go at once, however long that takes", async () => {
  for (const how of /** @type {const} */ (["release", "discard"])) {
    const { opens, talk, told } = begin();
    talk.press();
    assert.equal(opens[0].signal.aborted, false);
    talk[how]();
    assert.equal(opens[0].signal.aborted, true);
    const before = told.length;
    opens[0].answer(null); // which is nothing to record with, and no fault
    await settled();
    assert.deepEqual([told.length, talk.held], [before, false]);
  }
});

test("what is sent is not taken for given up", async () => {
  const { opens, talk, made } = await spoken();
  talk.release();
  await settled();
  assert.deepEqual([opens[0].signal.aborted, made.dropped], [false, 0]);
});

test("what was said goes to the camera that was shown, whichever is shown when it is ready", async () => {
  const { sends, talk, turnTo } = await spoken();
  talk.release();
  turnTo("door");
  await settled();
  assert.equal(sends[0].to, "yard");
});

test("of one camera's message nothing is told at another one, but that it failed", async () => {
  const { clock, sends, talk, told } = await spoken();
  talk.release();
  await settled();
  talk.forget();
  sends[0].step({ state: "accepted", seconds: 1 });
  await settled();
  await clock.pass(3000);
  assert.deepEqual(told, ["talk_sending"]);
  const failing = await spoken();
  failing.talk.release();
  await settled();
  failing.talk.forget();
  failing.sends[0].fail(new Error("full"));
  await settled();
  assert.deepEqual(failing.told, ["talk_sending", "full bad"]);
});

test("another camera while one speaks: it is not sent to either", async () => {
  const { made, sends, talk, told } = await spoken();
  talk.forget();
  await settled();
  assert.deepEqual([told, made.dropped, sends.length, talk.held], [["talk_discarded"], 1, 0, false]);
});
