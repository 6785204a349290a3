import assert from "node:assert/strict";
import { test } from "node:test";

import { NotSent, sendVoice } from "../../custom_components/sodalife/www/voice.js";

const CLIP = new ArrayBuffer(8);

/**
 * A Home Assistant that answers piece by piece, as a network does.
 * @param {string[]} pieces
 * @param {{ status?: number, breaks?: boolean }} [how]
 */
function answering(pieces, { status = 200, breaks = false } = {}) {
  const asked = /** @type {{ path: string, init: RequestInit }[]} */ ([]);
  const left = [...pieces];
  const body = new ReadableStream({
    pull(controller) {
      const piece = left.shift();
      if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece));
      else if (breaks) controller.error(new TypeError("network error"));
      else controller.close();
    },
  });
  const fetchWithAuth = async (/** @type {string} */ path, /** @type {RequestInit} */ init) => {
    asked.push({ path, init });
    return new Response(body, { status });
  };
  return { asked, fetchWithAuth };
}

/** @param {Parameters<typeof answering>} how */
async function steps(...how) {
  const found = [];
  for await (const step of sendVoice(answering(...how), "camera.yard", CLIP)) found.push(step);
  return found;
}

const WAITING = '{"state":"waiting","seconds":3}\n';
const ACCEPTED = '{"state":"accepted","seconds":2}\n';

test("it is posted as it is, and each step is told as it comes", async () => {
  const hass = answering([WAITING, ACCEPTED]);
  const told = [];
  for await (const { state, seconds } of sendVoice(hass, "camera.yard", CLIP)) told.push([state, seconds]);
  assert.deepEqual(told, [
    ["waiting", 3],
    ["accepted", 2],
  ]);
  const [{ path, init }] = hass.asked;
  assert.equal(path, "/api/sodalife/voice/camera.yard");
  assert.equal(init.method, "POST");
  assert.equal(/** @type {Blob} */ (init.body).size, 8);
});

test("lines may come in any pieces", async () => {
  const [first, second] = await steps([...(WAITING + ACCEPTED)]);
  assert.deepEqual([first.state, second.state], ["waiting", "accepted"]);
  assert.equal((await steps([WAITING + ACCEPTED])).length, 2);
});

const SENTENCE = { translation_domain: "sodalife", translation_key: "speaker_full" };

test("what is refused at once is told in the integration's words", async () => {
  await assert.rejects(steps([JSON.stringify(SENTENCE)], { status: 409 }), SENTENCE);
});

test("so is what fails later", async () => {
  const failed = { state: "failed", ...SENTENCE };
  await assert.rejects(steps([WAITING, `${JSON.stringify(failed)}\n`]), failed);
});

for (const breaks of [false, true]) {
  test(`an answer that ends too soon, ${breaks ? "by breaking" : "as if it were all"}`, async () => {
    await assert.rejects(steps([WAITING], { breaks }), { key: "talk_lost" });
    await assert.rejects(steps([WAITING, '{"state":"acc'], { breaks }), { key: "talk_lost" });
  });
}

test("a proxy's page is no sentence", async () => {
  const refused = steps(["<html>Request Entity Too Large</html>"], { status: 413 });
  await assert.rejects(refused, { key: "talk_refused", values: { status: "413" } });
});

test("nobody is there", async () => {
  const hass = { fetchWithAuth: () => Promise.reject(new TypeError("Failed to fetch")) };
  const sending = sendVoice(hass, "camera.yard", CLIP).next();
  await assert.rejects(sending, (error) => error instanceof NotSent && error.key === "disconnected");
});

test("a page of a proxy's in place of an answer is not taken for one", async () => {
  const page = "<html>\n<body>Log in</body>\n</html>";
  await assert.rejects(steps([page]), { key: "talk_refused", values: { status: "200" } });
});
