/** The dashboard strategy, as Home Assistant knows it. */

import "./ready.js";

/** Makes a dashboard of all cameras, once somebody looks at one. */
export class Strategy extends HTMLElement {
  /**
   * @param {object} _config
   * @param {Hass} hass
   */
  static async generate(_config, hass) {
    return (await import("./strategy.js")).dashboard(hass);
  }
}
