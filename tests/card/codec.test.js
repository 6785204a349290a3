import assert from "node:assert/strict";
import { test } from "node:test";

import { isUnplayable } from "../../custom_components/sodalife/www/codec.js";

const playlist = (/** @type {string} */ codecs) => `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS="${codecs}"
playlist.m3u8
`;

/**
 * Ask about a stream with some codecs, in a browser that plays none, or all.
 * @param {string} codecs
 */
function ask(codecs, plays = false) {
  const hass = {
    callWS: async () => ({ url: "/api/hls/1/master.m3u8" }),
    hassUrl: (/** @type {string} */ url) => url,
  };
  const fetchIt = async () => ({ text: async () => playlist(codecs) });
  return isUnplayable(
    /** @type {Hass} */ (/** @type {unknown} */ (hass)),
    "camera.yard",
    /** @type {typeof fetch} */ (/** @type {unknown} */ (fetchIt)),
    () => plays,
  );
}

test("H.265 is unplayable where the browser has none, under both of its names", async () => {
  assert.equal(await ask("hvc1.1.6.L90.B0,mp4a.40.2"), true);
  assert.equal(await ask("hev1.1.6.L90.B0"), true);
  assert.equal(await ask("hvc1.1.6.L90.B0", true), false);
});

test("another codec, or no answer, is another matter", async () => {
  assert.equal(await ask("avc1.64001f,mp4a.40.2"), false);
  const broken = { callWS: () => Promise.reject(new Error("no stream")) };
  assert.equal(
    await isUnplayable(/** @type {Hass} */ (/** @type {unknown} */ (broken)), "camera.yard"),
    false,
  );
});
