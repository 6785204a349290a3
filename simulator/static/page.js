// Reads the simulator's state once a second and changes only what has changed.

import { CameraCard } from "/_sim/camera.js";

const EVERY_MS = 1000;
const $ = (id) => document.getElementById(id);
const cards = new Map();
const trouble = $("trouble");

export async function send(method, path, body) {
  const response = await fetch(`/_sim/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) alert(await response.text());
  await update();
}

function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

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

function describeFault(fault) {
  const what = fault.kind === "code" ? `code ${fault.code}` : fault.kind;
  const whom = fault.serial === "*" ? "" : ` of ${fault.serial}`;
  const where = fault.endpoint === "*" ? "everything" : fault.endpoint;
  const times = fault.times === null ? "until cleared" : `${fault.times} more`;
  return `${what} on ${where}${whom}, ${times}`;
}

function show(state) {
  const revision = $("revision");
  if (document.activeElement !== revision) revision.value = state.revision;
  setText($("tokens"), state.token_fetches);
  setText($("violation-count"), state.violation_count);
  $("violation-count").classList.toggle("some", state.violation_count > 0);
  setList($("faults"), state.faults.map(describeFault), "none");
  setList($("violations"), state.violations.toReversed(), "none");
  for (const camera of state.cameras) {
    if (!cards.has(camera.serial)) {
      const card = new CameraCard(camera.serial, send);
      cards.set(camera.serial, card);
      $("cameras").append(card.element);
      trouble.elements.serial.append(new Option(camera.serial));
    }
    cards.get(camera.serial).show(camera);
  }
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

function addFault(kind) {
  const { endpoint, serial, times, code } = trouble.elements;
  const fault = { kind, endpoint: endpoint.value, serial: serial.value };
  if (times.value) fault.times = Number(times.value);
  if (kind === "code") fault.code = code.value;
  if (kind === "slow") fault.seconds = 5;
  send("POST", "faults", fault);
}

async function start() {
  const vocabulary = await (await fetch("/_sim/vocabulary")).json();
  const { endpoint, serial, code } = trouble.elements;
  endpoint.append(new Option("everything", "*"), ...vocabulary.endpoints.map((name) => new Option(name)));
  serial.append(new Option("every camera", "*"));
  code.append(...Object.entries(vocabulary.codes).map(([name, text]) => new Option(`${name} ${text}`, name)));
  code.value = "20008";
  $("revision").append(...vocabulary.revisions.map((name) => new Option(name)));
  for (const [kind, description] of Object.entries(vocabulary.kinds)) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: kind.replaceAll("_", " "), title: description });
    button.addEventListener("click", () => addFault(kind));
    $("kinds").append(button);
  }
  trouble.addEventListener("submit", (event) => event.preventDefault());
  $("clear").addEventListener("click", () => send("DELETE", "faults"));
  $("rival").addEventListener("click", () => send("POST", "rival"));
  $("revoke").addEventListener("click", () => send("POST", "revoke"));
  $("revision").addEventListener("change", (event) => send("POST", "revision", { revision: event.target.value }));
  for (;;) {
    await update();
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

start();
