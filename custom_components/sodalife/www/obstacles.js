/** What stands in the way of pictures, as the integration tells it. */

/**
 * Choose which of them to speak of. A picture that is there is not complained of.
 * @param {Obstacles} found
 * @param {{ available: boolean, playing: boolean, live: boolean }} state whether the camera can be
 *   reached, the live picture plays, and it is wanted
 */
export function obstacleOf(found, { available, playing, live }) {
  if (!available) return found.all;
  if (playing) return undefined;
  return (live && found.live) || found.photo;
}

/** Listens to what one camera's obstacles are. */
export class ObstacleFeed {
  /** @type {Obstacles} */ found = {};
  #of = "";
  #end = () => {};

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  /**
   * Listen, unless it does already.
   * @param {Hass} hass
   * @param {string} entityId
   */
  follow(hass, entityId) {
    if (this.#of === entityId) return;
    this.end();
    this.#of = entityId;
    const tell = (/** @type {Obstacles} */ found) => {
      if (this.#of !== entityId) return;
      this.found = found;
      this.changed();
    };
    const message = { type: "sodalife/obstacles", entity_id: entityId };
    const listening = hass.connection.subscribeMessage(tell, message);
    // What cannot be listened to has no reasons to give; what has ended need not be ended.
    listening.catch(() => {});
    this.#end = () => listening.then((end) => end()).catch(() => {});
  }

  end() {
    this.#end();
    this.#end = () => {};
    this.#of = "";
    this.found = {};
  }
}
