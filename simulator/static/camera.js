// One camera's card: its scene, position, calls and voices.

const COMMANDS = {
  0: "up", 1: "down", 2: "left", 3: "right", 4: "up left", 5: "down left", 6: "up right", 7: "down right",
  8: "zoom in", 9: "zoom out", 10: "focus near", 11: "focus far", 99: "home",
};

const commandName = (command) => COMMANDS[command] ?? command;
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");
const signed = (value, digits) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;
const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

export class CameraCard {
  constructor(serial, send) {
    this.path = `cameras/${encodeURIComponent(serial)}`;
    this.element = clone("camera");
    this.find = (selector) => this.element.querySelector(selector);
    this.find("code").textContent = serial;
    this.find("img").alt = `What ${serial} sees`;
    this.online = this.find("input");
    this.online.addEventListener("change", () => send("POST", this.path, { online: this.online.checked }));
    this.numbers = [...this.element.querySelectorAll("dd")];
    this.voices = new Map();
    this.callsKey = "";
    this.loading = false;
  }

  show(camera) {
    this.find("h2").textContent = camera.name;
    this.online.checked = camera.online;
    this.element.classList.toggle("is-offline", !camera.online);
    this.find(".moving").hidden = camera.moving === null;
    this.find(".moving").textContent = commandName(camera.moving);
    this.showNumbers(camera);
    this.showCalls(camera);
    this.showVoices(camera.voices);
    this.showScene();
  }

  showNumbers({ position, photos, call_count: calls }) {
    const texts = [
      `${signed(position.pan, 1)}°`, `${signed(position.tilt, 1)}°`, `×${position.zoom.toFixed(2)}`,
      signed(position.focus, 2), photos, calls,
    ];
    texts.forEach((text, index) => { this.numbers[index].textContent = text; });
  }

  // The next picture replaces the one shown only once it is there: no flicker.
  async showScene() {
    if (this.loading) return;
    this.loading = true;
    try {
      const next = new Image();
      next.src = `/_sim/${this.path}/picture.jpg?${Date.now()}`;
      await next.decode();
      this.find("img").src = next.src;
    } catch { /* the page says that the simulator is gone */ } finally {
      this.loading = false;
    }
  }

  showCalls({ calls, call_count: count }) {
    const key = `${count} ${calls.map((call) => call.answered)}`;
    if (key === this.callsKey) return;
    this.callsKey = key;
    this.find("tbody").replaceChildren(...calls.toReversed().map(callRow));
  }

  showVoices(voices) {
    const wanted = new Set(voices.map((voice) => voice.number));
    for (const [number, element] of this.voices) {
      if (!wanted.has(number)) {
        element.remove();
        this.voices.delete(number);
      }
    }
    for (const voice of voices) {
      if (this.voices.has(voice.number)) continue; // left alone: it may be playing
      const element = voiceFigure(voice, `/_sim/${this.path}/voices/${voice.number}`);
      this.voices.set(voice.number, element);
      this.find(".voices").prepend(element);
    }
  }
}

function callRow(call) {
  const row = document.createElement("tr");
  const what = call.command === null
    ? call.protocol ?? ""
    : `${["start", "stop"][call.action] ?? "?"} ${commandName(call.command)}`;
  const waiting = call.answered === null;
  const texts = [
    clock(call.arrived), call.endpoint, what, waiting ? "…" : call.code || "ok",
    waiting ? "" : Math.round((call.answered - call.arrived) * 1000),
  ];
  for (const text of texts) row.insertCell().textContent = text;
  row.cells[3].className = waiting ? "waiting" : call.code ? "refused" : "ok";
  return row;
}

function voiceFigure(voice, source) {
  const figure = clone("voice");
  figure.querySelector("b").textContent = voice.filename;
  const channels = voice.channels === 1 ? "mono" : voice.channels === 2 ? "stereo" : `${voice.channels} channels`;
  figure.querySelector("span").textContent = [
    clock(voice.received), voice.kind, `${voice.duration.toFixed(1)} s`,
    `${(voice.sample_rate / 1000).toLocaleString("en")} kHz ${channels}`,
    `${Math.ceil(voice.bytes / 1024).toLocaleString("en")} kB`,
  ].join(" · ");
  figure.querySelector("audio").src = source;
  requestAnimationFrame(() => drawWave(figure.querySelector("canvas"), voice.peaks));
  return figure;
}

function drawWave(canvas, peaks) {
  const context = canvas.getContext("2d");
  context.fillStyle = getComputedStyle(canvas).getPropertyValue("--accent");
  const step = canvas.width / Math.max(1, peaks.length);
  const loudest = Math.max(0.01, ...peaks); // the shape matters, and quiet sounds have one, too
  peaks.forEach((peak, index) => {
    const height = Math.max(2, (peak / loudest) * canvas.height);
    context.fillRect(index * step, (canvas.height - height) / 2, Math.max(1, step - 1), height);
  });
}
