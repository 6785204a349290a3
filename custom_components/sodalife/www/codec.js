/** Whether this browser can play a camera's live picture; asked when none comes. */

const H265 = /(?:hvc1|hev1)[\w.]*/;

/** @param {string} codec */
const canPlay = (codec) => document.createElement("video").canPlayType(`video/mp4; codecs="${codec}"`) !== "";

/**
 * Tell whether it is H.265 and this browser has no H.265; the playlist names the codec.
 * @param {Hass} hass
 * @param {string} entityId
 */
export async function isUnplayable(hass, entityId, fetchIt = fetch, plays = canPlay) {
  try {
    const message = { type: "camera/stream", entity_id: entityId, format: "hls" };
    const { url } = await hass.callWS(message);
    const playlist = await (await fetchIt(hass.hassUrl(url))).text();
    const codec = H265.exec(playlist)?.[0];
    return codec !== undefined && !plays(codec);
  } catch {
    return false; // there is another reason
  }
}
