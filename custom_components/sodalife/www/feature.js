/** The pad inside Home Assistant's own tile card. */

import "./ready.js";
import { CameraView, DOMAIN } from "./camera.js";
import { complete } from "./config.js";
import { loadTexts } from "./localize.js";

export const FEATURE = "sodalife-ptz-feature";

/** Gives way to the row of buttons as soon as it is loaded. */
export class PtzFeature extends HTMLElement {
  /** @type {Promise<import("./ptz-row.js").PtzRow> | undefined} */ #row;
  /** @type {Hass | undefined} */ #hass;
  #entity = "";

  static getStubConfig() {
    return { type: `custom:${FEATURE}` };
  }

  setConfig() {}

  /** @param {Hass} hass */
  set hass(hass) {
    this.#hass = hass;
    this.#show();
  }

  /** Which camera it is for: so newer versions of Home Assistant tell it, ... */
  set context(/** @type {{ entity_id?: string }} */ { entity_id: entity = "" }) {
    this.#entity = entity;
    this.#show();
  }

  /** ... and so the older ones. */
  set stateObj(/** @type {HassEntity} */ state) {
    this.#entity = state?.entity_id ?? this.#entity;
    this.#show();
  }

  connectedCallback() {
    this.#row?.then((row) => row.presses.connect());
  }

  disconnectedCallback() {
    this.#row?.then((row) => row.presses.disconnect());
  }

  async #show() {
    if (!this.#hass || !this.#entity) return;
    await loadTexts(this.#hass);
    this.#row ??= this.#load();
    (await this.#row).show(new CameraView(this.#hass, complete({ entity: this.#entity })));
  }

  async #load() {
    const { PtzRow } = await import("./ptz-row.js");
    const row = new PtzRow(this);
    if (this.isConnected) row.presses.connect();
    return row;
  }
}

/**
 * Whether an entity is a camera of ours.
 * @param {Hass} hass
 * @param {string | undefined} entityId
 */
export const isOurs = (hass, entityId = "") =>
  entityId.startsWith("camera.") && hass.entities?.[entityId]?.platform === DOMAIN;
