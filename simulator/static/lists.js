// What a camera was asked and told to say: the rows of its calls, and its voices.

/** @type {Record<number, string>} */
const COMMANDS = {
  0: "up",
  1: "down",
  2: "left",
  3: "right",
  4: "up left",
  5: "down left",
  6: "up right",
  7: "down right",
  8: "zoom in",
  9: "zoom out",
  10: "focus near",
  11: "focus far",
  99: "home",
};

/** @param {number | null} command */
export const commandName = (command) => (command === null ? "" : (COMMANDS[command] ?? String(command)));
/** @param {number} seconds */
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");
/**
 * @param {string} id of a template
 */
export function clone(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/**
 * @template {HTMLElement} [T=HTMLElement]
 * @param {HTMLElement} within
 * @param {string} selector
 */
export const find = (within, selector) => /** @type {T} */ (within.querySelector(selector));

/** @param {SimulatedCall} call */
export function callRow(call) {
  const row = document.createElement("tr");
  const what =
    call.command === null
      ? (call.protocol ?? "")
      : `${["start", "stop"][call.action ?? -1] ?? "?"} ${commandName(call.command)}`;
  const waiting = call.answered === null;
  const texts = [
    clock(call.arrived),
    call.endpoint,
    what,
    waiting ? "…" : call.code || "ok",
    call.answered === null ? "" : Math.round((call.answered - call.arrived) * 1000),
  ];
  for (const text of texts) row.insertCell().textContent = String(text);
  row.cells[3].className = waiting ? "waiting" : call.code ? "refused" : "ok";
  return row;
}

/**
 * @param {SimulatedVoice} voice
 * @param {string} source
 */
export function voiceFigure(voice, source) {
  const figure = clone("voice");
  find(figure, "b").textContent = voice.filename;
  const channels =
    voice.channels === 1 ? "mono" : voice.channels === 2 ? "stereo" : `${voice.channels} channels`;
  find(figure, "span").textContent = [
    clock(voice.received),
    voice.kind,
    `${voice.duration.toFixed(1)} s`,
    `${(voice.sample_rate / 1000).toLocaleString("en")} kHz ${channels}`,
    `${Math.ceil(voice.bytes / 1024).toLocaleString("en")} kB`,
  ].join(" · ");
  /** @type {HTMLAudioElement} */ (find(figure, "audio")).src = source;
  const canvas = /** @type {HTMLCanvasElement} */ (find(figure, "canvas"));
  requestAnimationFrame(() => drawWave(canvas, voice.peaks));
  return figure;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} peaks
 */
function drawWave(canvas, peaks) {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.fillStyle = getComputedStyle(canvas).getPropertyValue("--accent");
  const step = canvas.width / Math.max(1, peaks.length);
  const loudest = Math.max(0.01, ...peaks); // the shape matters, and quiet sounds have one, too
  peaks.forEach((peak, index) => {
    const height = Math.max(2, (peak / loudest) * canvas.height);
    context.fillRect(index * step, (canvas.height - height) / 2, Math.max(1, step - 1), height);
  });
}
