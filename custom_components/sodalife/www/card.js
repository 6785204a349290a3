/** The card: puts the parts together and passes on what Home Assistant tells. */

import { CameraView, DOMAIN } from "./camera.js";
import { complete, firstConfig } from "./config.js";
import { Controls } from "./controls.js";
import { HoldToMove } from "./hold-to-move.js";
import { HomeAssistant } from "./home-assistant.js";
import { loadTexts } from "./localize.js";
import { Picture } from "./picture.js";
import { Presses } from "./press.js";
import { CARD, find } from "./template.js";

const TICK = 5000;

// Home Assistant puts a registry of its own in the place of the browser's, and another HTMLElement.
// What is defined before that, it does not find.
await customElements.whenDefined("home-assistant");

/** A camera to look through and to steer. */
export class SodalifeCameraCard extends HTMLElement {
  /** @type {Hass | undefined} */ _hass;
  /** @type {CameraView | undefined} */ #view;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  /** @type {Promise<import("./speak.js").Speak> | undefined} */ #speak;
  #config = complete({});
  #visible = false;

  static async getConfigForm() {
    return (await import("./editor.js")).configForm();
  }

  /** @param {Hass} hass */
  static getStubConfig(hass) {
    return firstConfig(hass);
  }

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = CARD;
    this.whenDue = () => this.look();
    this.hint = find(root, ".hint");
    this.body = find(root, ".body");
    this.ha = new HomeAssistant(this);
    this.picture = new Picture(find(root, ".stage"), this.ha, this.whenDue);
    this.picture.stage.more.addEventListener("click", () => this.ha.moreInfo(this.#config.entity));
    this.move = new HoldToMove(
      (service, data, report) => this.ha.act(DOMAIN, service, data, this.#config.entity, report),
      () => this.#showMove(),
    );
    const doings = { capture: () => this.#capture(), home: () => this.move.home() };
    this.controls = new Controls(find(root, ".controls"), this.ha, doings);
    this.presses = new Presses(this.move, root, this.controls.buttons);
    this.observer = new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1)?.isIntersecting ?? false; // the newest
      this.look();
    });
  }

  /** @param {CardConfig} config */
  setConfig(config) {
    if (config.entity && !config.entity.startsWith("camera.")) throw new Error(this.ha.text("bad_entity"));
    this.move.cancel();
    if (config.entity !== this.#config.entity) this.picture.forget();
    this.#config = complete(config);
    this.update();
  }

  /** @param {Hass} hass */
  set hass(hass) {
    const before = this._hass;
    this._hass = this.ha.hass = hass;
    const view = new CameraView(hass, this.#config);
    this.picture.follow(view);
    if (view.isAsIn(before)) this.#view = view;
    else this.update();
    if (before && this.move.isSteering && view.hasReachedEnd(before)) {
      this.move.reachEnd();
      this.ha.notify(this.ha.text("end_stop"));
    }
    loadTexts(hass).then((fetched) => fetched && this.update());
  }

  getCardSize() {
    return 10;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  connectedCallback() {
    this.observer.observe(this.picture.root);
    this.#timer = setInterval(this.whenDue, TICK);
    this.presses.connect();
    document.addEventListener("visibilitychange", this.whenDue, true);
    this.update();
  }

  disconnectedCallback() {
    this.presses.disconnect();
    document.removeEventListener("visibilitychange", this.whenDue, true);
    this.observer.disconnect();
    clearInterval(this.#timer);
    this.#visible = false;
    this.picture.end();
  }

  /** Something has changed that the card shows. */
  update() {
    if (!this._hass) return;
    const view = (this.#view = new CameraView(this._hass, this.#config));
    const { hint } = view;
    this.hint.hidden = !hint;
    this.hint.textContent = hint && this.ha.text(hint, { entity: view.id });
    this.body.hidden = Boolean(hint);
    if (hint || !view.available) this.move.cancel();
    if (hint) {
      this.picture.end();
      return;
    }
    this.picture.showTexts(view);
    this.controls.show(view);
    this.#showSpeak(view);
    this.look();
  }

  /** Bring the picture up to date; called now and then, and when something has changed. */
  look() {
    const view = this.#view;
    if (!view || view.hint || !this.isConnected) return;
    const seen = this.#visible && !document.hidden;
    const { host } = /** @type {ShadowRoot} */ (this.getRootNode());
    const isPreview = host?.localName === "hui-card-picker"; // which is worth no stream
    const live = this.#config.live && !isPreview;
    this.picture.look(view, { live, seen, held: this.move.held });
  }

  /** @param {CameraView} view */
  async #showSpeak(view) {
    if (!view.config.show_voice && !this.#speak) return;
    this.#speak ??= import("./speak.js").then(({ Speak }) => new Speak(this.controls, this.ha));
    (await this.#speak).show(view);
  }

  #showMove() {
    if (!this.controls.showMove(this.move)) this.picture.expire(); // what it sees has changed
  }

  async #capture() {
    const taken = await this.ha.act(DOMAIN, "capture", {}, this.#config.entity);
    if (taken) this.picture.stage.confirmCapture((shown) => this.controls.confirmCapture(shown));
    this.picture.expire();
    this.look();
    return taken;
  }
}
