/** The card: puts the parts together and passes on what Home Assistant tells. */

import "./ready.js";
import { CameraView } from "./camera.js";
import { complete, firstConfig } from "./config.js";
import { HomeAssistant } from "./home-assistant.js";
import { loadTexts } from "./localize.js";
import { mayBeLive, note, noteOpen } from "./neighbours.js";
import { ObstacleFeed } from "./obstacles.js";
import { Picture } from "./picture.js";
import { CARD, find } from "./template.js";

const TICK = 5000;

export class SodalifeCameraCard extends HTMLElement {
  /** @type {Hass | undefined} */ _hass;
  /** @type {CameraView | undefined} */ #view;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  /** @type {import("./steering.js").Steering | undefined} */ #steering;
  /** @type {import("./full-screen.js").FullScreen | undefined} */ #large;
  #config = complete({});
  #visible = false;
  #steers = false;

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
    this.obstacles = new ObstacleFeed(this.whenDue);
    this.picture = new Picture(find(root, ".picture"), this.ha, this.whenDue);
    this.picture.stage.onOpen((toggles) => this.#openLarge(toggles));
    this.picture.stage.more.addEventListener("click", () => this.ha.moreInfo(this.#config.entity));
    // What Home Assistant shows lies below what is large.
    this.ha.onDialog = () => this.#large?.close();
    this.ha.onNotice = (message) => this.#large?.isOpen && this.picture.stage.say(message, true);
    this.observer = new IntersectionObserver((entries) => {
      this.#setVisible(entries.at(-1)?.isIntersecting ?? false); // the newest
    });
  }

  /** @param {CardConfig} config */
  setConfig(config) {
    if (config.entity && !config.entity.startsWith("camera.")) throw new Error(this.ha.text("bad_entity"));
    this.#steering?.cancel();
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
    if (before) this.#steering?.follow(before, view);
    loadTexts(hass).then((fetched) => fetched && this.update());
  }

  getCardSize() {
    return 10;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  connectedCallback() {
    this.observer.observe(this.picture.stage.root);
    this.#timer = setInterval(this.whenDue, TICK);
    this.#steering?.connect();
    document.addEventListener("visibilitychange", this.whenDue, true);
    this.update();
  }

  disconnectedCallback() {
    this.#steering?.disconnect();
    document.removeEventListener("visibilitychange", this.whenDue, true);
    this.observer.disconnect();
    clearInterval(this.#timer);
    this.#large?.close();
    this.#setVisible(false);
    this.obstacles.end();
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
    if (hint) {
      this.#steering?.cancel();
      this.picture.end();
      return;
    }
    if (this.isConnected) this.obstacles.follow(this._hass, view.id);
    this.picture.showTexts(view);
    this.body.classList.toggle("tile", !view.hasControls);
    const open = this.#large?.isOpen ?? false;
    if (view.hasControls || open) this.#loadSteering();
    this.#steering?.show(view, open);
    this.look();
  }

  /** Bring the picture up to date; called now and then, and when something has changed. */
  look() {
    const view = this.#view;
    if (!view || view.hint || !this.isConnected) return;
    const seen = this.#visible && !document.hidden;
    const { host } = /** @type {ShadowRoot} */ (this.getRootNode());
    const isPreview = host?.localName === "hui-card-picker"; // which is worth no stream
    const wish = this.#config.live;
    const live = !isPreview && (wish === "auto" ? mayBeLive(this) : wish);
    this.picture.look(view, { live, seen, held: this.#steering?.move.held ?? false });
    this.picture.explain(this.obstacles.found, live);
  }

  /** A tile that nobody opens has no use for controls. */
  async #loadSteering() {
    if (this.#steers) return;
    this.#steers = true;
    const { Steering } = await import("./steering.js");
    const area = /** @type {ShadowRoot} */ (this.shadowRoot);
    this.#steering = new Steering(this.body, area, this.ha, this.picture);
    if (this.isConnected) this.#steering.connect();
    this.update();
  }

  /**
   * Open the picture large, with all the controls on it.
   * @param {boolean} toggles whether that closes it, too
   */
  async #openLarge(toggles) {
    const { FullScreen } = await import("./full-screen.js");
    this.#large ??= new FullScreen(this.body, this.picture.stage, (open) => {
      noteOpen(this, open);
      this.update();
    });
    if (toggles || !this.#large.isOpen) this.#large.toggle();
  }

  /** @param {boolean} visible */
  #setVisible(visible) {
    this.#visible = visible;
    note(this, visible, this.whenDue);
    this.look();
  }
}
