/** Sends what was spoken to a camera, and tells how far it has come. Knows no page. */

/** Why it was not sent: the key of one of the card's texts. */
export class NotSent extends Error {
  /**
   * @param {string} key
   * @param {Record<string, string>} [values]
   */
  constructor(key, values) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

/**
 * Yields that it waits, and that it was accepted.
 *
 * Throws what the integration says against it, in its words, or a `NotSent`.
 * @param {Pick<Hass, "fetchWithAuth">} hass
 * @param {string} entityId a camera's
 * @param {ArrayBuffer} clip
 * @returns {AsyncGenerator<VoiceStep>}
 */
export async function* sendVoice(hass, entityId, clip) {
  const response = await post(hass, entityId, clip);
  let accepted = false;
  for await (const step of stepsOf(response)) {
    if (step.state === "failed") throw step;
    accepted = step.state === "accepted";
    yield step;
  }
  if (!accepted) throw new NotSent("talk_lost");
}

/**
 * @param {Pick<Hass, "fetchWithAuth">} hass
 * @param {string} entityId
 * @param {ArrayBuffer} clip
 */
async function post(hass, entityId, clip) {
  /** @type {Response} */
  let response;
  try {
    const body = new Blob([clip], { type: "audio/wav" });
    response = await hass.fetchWithAuth(`/api/sodalife/voice/${entityId}`, { method: "POST", body });
  } catch {
    throw new NotSent("disconnected");
  }
  if (response.ok) return response;
  const reason = await response.json().catch(() => null); // a page of a proxy's
  if (reason?.translation_key) throw reason;
  throw new NotSent("talk_refused", { status: String(response.status) });
}

/**
 * The lines of an answer, each as it comes; they end where the connection breaks.
 * @param {Response} response
 * @returns {AsyncGenerator<VoiceStep>}
 */
async function* stepsOf(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done) return;
    const lines = (text + decoder.decode(value, { stream: true })).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) yield stepOf(line, response);
  }
}

/**
 * @param {string} line
 * @param {Response} response
 * @returns {VoiceStep}
 */
function stepOf(line, { status }) {
  try {
    return JSON.parse(line);
  } catch {
    throw new NotSent("talk_refused", { status: String(status) }); // a proxy has answered in its own way
  }
}
