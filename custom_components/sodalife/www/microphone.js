/** Asks for the microphone, and says why there is none. */

// What the browser does against echo and noise is for speech; how loud it is, is seen to later.
const WANTED = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } };

/** @type {Record<string, string>} by the name of the browser's error */
const REASONS = {
  NotAllowedError: "talk_denied",
  SecurityError: "talk_denied",
  NotFoundError: "talk_no_microphone",
  OverconstrainedError: "talk_no_microphone",
};

/** Why there is no microphone: the key of a text. */
export class NoMicrophone extends Error {
  /** @param {string} key */
  constructor(key) {
    super(key);
    this.key = key;
  }
}

/**
 * Open it, within a press: some browsers want that. What is needed to record is fetched meanwhile.
 * @param {AbortSignal} signal that it is given up: it is let go at once, whatever is waited for
 * @returns {Promise<Recording | null>} null: it was given up
 */
export async function openMicrophone(signal) {
  const stream = ask();
  const recorder = import("./recorder.js");
  recorder.catch(() => {}); // looked at below, unless there is no microphone anyway
  const opened = await stream;
  const letGo = () => {
    for (const track of opened.getTracks()) track.stop();
    return null;
  };
  if (signal.aborted) return letGo();
  const givenUp = new Promise((/** @type {(nothing: null) => void} */ resolve) =>
    signal.addEventListener("abort", () => resolve(letGo())),
  );
  const recording = recorder.then(({ record }) => record(opened, signal));
  return Promise.race([givenUp, recording.catch(() => failed(signal, letGo))]);
}

/**
 * @param {AbortSignal} signal
 * @param {() => null} letGo
 */
function failed(signal, letGo) {
  letGo();
  if (signal.aborted) return null; // which is why
  throw new NoMicrophone("talk_no_sound");
}

async function ask() {
  const { mediaDevices } = navigator;
  if (!mediaDevices?.getUserMedia) {
    throw new NoMicrophone(isSecureContext ? "talk_unsupported" : "talk_insecure");
  }
  try {
    return await mediaDevices.getUserMedia(WANTED);
  } catch (error) {
    throw new NoMicrophone(REASONS[/** @type {Error} */ (error).name] ?? "talk_no_sound");
  }
}
