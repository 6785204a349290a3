/** What a move asks of its camera, through Home Assistant. */

import { DOMAIN } from "./camera.js";

/** Speaks for whichever camera is shown. */
export class Remote {
  /** The camera's entity. */
  id = "";

  /** @param {HomeAssistant} ha */
  constructor(ha) {
    this.ha = ha;
  }

  /**
   * Call an action, and return whether it worked.
   * @param {string} service
   * @param {object} data
   * @param {() => boolean} [report] whether the user hears of it if it did not
   */
  act(service, data, report) {
    return this.ha.act(DOMAIN, service, data, this.id, report);
  }

  /** Tell how many seconds a move waits for its turn; null: nobody knows, 0: it does not. */
  async turn() {
    try {
      const { seconds } = await this.ha.ask("turn", this.id);
      return seconds;
    } catch {
      return 0;
    }
  }
}
