/** A row of buttons that steer, as high as Home Assistant's features are. */

import { HoldToMove } from "./hold-to-move.js";
import { HomeAssistant } from "./home-assistant.js";
import { Presses } from "./press.js";
import { Remote } from "./remote.js";
import { button } from "./steering-template.js";
import { append, findAll, label } from "./template.js";

/** @type {[string, string][]} */
const BUTTONS = [
  ["left", "mdi:chevron-left"],
  ["up", "mdi:chevron-up"],
  ["down", "mdi:chevron-down"],
  ["right", "mdi:chevron-right"],
  ["stop", "mdi:stop"],
  ["zoom_in", "mdi:plus"],
  ["zoom_out", "mdi:minus"],
];

const ROW = `
<style>
  .row { display: flex; gap: 4px; height: var(--feature-height, 42px); }
  button {
    flex: 1; min-width: 0; padding: 0; border: 0; font: inherit; cursor: pointer; touch-action: none;
    color: var(--primary-text-color); background: var(--secondary-background-color);
    border-radius: var(--feature-border-radius, 12px); --mdc-icon-size: 22px; user-select: none;
  }
  button > * { pointer-events: none; }
  button:disabled { cursor: default; opacity: 0.38; }
  button:focus-visible { outline: 3px solid var(--primary-color); }
  .waiting, .moving { background: color-mix(in srgb, var(--primary-color) 70%, black); color: #fff; }
  .waiting { opacity: 0.7; }
  .gone { display: none; }
</style>
<div class="row" role="group">${BUTTONS.map(([name, icon]) => button(name, icon, name)).join("")}</div>`;

/** Owns the row. */
export class PtzRow {
  /** @param {HTMLElement} element that it is made for */
  constructor(element) {
    const area = element.attachShadow({ mode: "open" });
    area.innerHTML = "<div></div>";
    this.ha = new HomeAssistant(element);
    this.remote = new Remote(this.ha);
    this.row = append(/** @type {HTMLElement} */ (area.firstElementChild), ROW);
    this.buttons = /** @type {HTMLButtonElement[]} */ (findAll(this.row, "button"));
    this.move = new HoldToMove(this.remote, () => this.#showMove());
    this.presses = new Presses(this.move, area, this.buttons);
  }

  /** @param {CameraView} view */
  show(view) {
    this.ha.hass = view.hass;
    this.remote.id = view.id;
    if (!view.available) this.move.cancel();
    label(this.row, this.ha.text("move"));
    for (const one of this.buttons) {
      const { command = "" } = one.dataset;
      label(one, this.ha.text(command), true);
      one.classList.toggle("gone", !view.able(command));
      one.disabled = !view.available && command !== "stop";
    }
  }

  #showMove() {
    for (const one of this.buttons) {
      const phase = this.move.phase(one.dataset.command ?? "");
      one.classList.toggle("waiting", phase === "waiting");
      one.classList.toggle("moving", phase === "moving");
    }
  }
}
