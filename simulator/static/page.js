// Reads the simulator's state once a second and changes only what has changed.

import { CameraCard } from "./camera.js";

const EVERY_MS = 1000;
/** @param {string} id */
const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {Map<string, CameraCard>} */
const cards = new Map();
const revision = /** @type {HTMLSelectElement} */ ($("revision"));
const trouble = /** @type {HTMLFormElement} */ ($("trouble"));
const fields = /** @type {Record<string, HTMLSelectElement>} */ (
  Object.fromEntries(
    ["endpoint", "serial", "times", "code"].map((name) => [name, trouble.elements.namedItem(name)]),
  )
);

/** @type {SendToSimulator} */
export async function send(method, path, body) {
  const response = await fetch(`/_sim/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!response.ok) alert(await response.text());
  await update();
}

/**
 * @param {HTMLElement} element
 * @param {string | number} text
 */
function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = String(text);
}

/**
 * @param {HTMLElement} list
 * @param {string[]} lines
 * @param {string} none is said where there are none
 */
function setList(list, lines, none) {
  const wanted = lines.length ? lines : [none];
  const key = JSON.stringify(wanted);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(
    ...wanted.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      item.classList.toggle("none", !lines.length);
      return item;
    }),
  );
}

/** @param {SimulatedFault} fault */
function describeFault(fault) {
  const what = fault.kind === "code" ? `code ${fault.code}` : fault.kind;
  const whom = fault.serial === "*" ? "" : ` of ${fault.serial}`;
  const where = fault.endpoint === "*" ? "everything" : fault.endpoint;
  const times = fault.times === null ? "until cleared" : `${fault.times} more`;
  return `${what} on ${where}${whom}, ${times}`;
}

/** @param {SimulatedPlatform} state */
function show(state) {
  if (document.activeElement !== revision) revision.value = state.revision;
  setText($("tokens"), state.token_fetches);
  setText($("violation-count"), state.violation_count);
  $("violation-count").classList.toggle("some", state.violation_count > 0);
  setList($("faults"), state.faults.map(describeFault), "none");
  setList($("violations"), state.violations.toReversed(), "none");
  for (const camera of state.cameras) cardOf(camera.serial).show(camera);
}

/** @param {string} serial */
function cardOf(serial) {
  let card = cards.get(serial);
  if (!card) {
    card = new CameraCard(serial, send);
    cards.set(serial, card);
    $("cameras").append(card.element);
    fields.serial.append(new Option(serial));
  }
  return card;
}

async function update() {
  try {
    const response = await fetch("/_sim/state");
    show(await response.json());
    $("offline").hidden = true;
  } catch (error) {
    console.error(error);
    $("offline").hidden = false;
  }
}

/** @param {string} kind */
function addFault(kind) {
  const { endpoint, serial, times, code } = fields;
  send("POST", "faults", {
    kind,
    endpoint: endpoint.value,
    serial: serial.value,
    ...(times.value && { times: Number(times.value) }),
    ...(kind === "code" && { code: code.value }),
    ...(kind === "slow" && { seconds: 5 }),
  });
}

/** @param {{ endpoints: string[], codes: Record<string, string>, revisions: string[], kinds: Record<string, string> }} vocabulary */
function offer({ endpoints, codes, revisions, kinds }) {
  const { endpoint, serial, code } = fields;
  endpoint.append(new Option("everything", "*"), ...endpoints.map((name) => new Option(name)));
  serial.append(new Option("every camera", "*"));
  code.append(...Object.entries(codes).map(([name, text]) => new Option(`${name} ${text}`, name)));
  code.value = "20008";
  revision.append(...revisions.map((name) => new Option(name)));
  for (const [kind, description] of Object.entries(kinds)) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: kind.replaceAll("_", " "), title: description });
    button.addEventListener("click", () => addFault(kind));
    $("kinds").append(button);
  }
}

async function start() {
  offer(await (await fetch("/_sim/vocabulary")).json());
  trouble.addEventListener("submit", (event) => event.preventDefault());
  $("clear").addEventListener("click", () => send("DELETE", "faults"));
  $("rival").addEventListener("click", () => send("POST", "rival"));
  $("revoke").addEventListener("click", () => send("POST", "revoke"));
  revision.addEventListener("change", () => send("POST", "revision", { revision: revision.value }));
  for (;;) {
    await update();
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

start();
