/** What the user can set, and what holds where nothing is set. */

import { DOMAIN } from "./camera.js";

/** @param {Partial<CardConfig>} config */
export function complete(config) {
  return { entity: "", live: true, show_ptz: true, show_lens: true, show_voice: true, ...config };
}

/**
 * A card to begin with.
 * @param {Hass | undefined} hass
 */
export function firstConfig(hass) {
  const camera = Object.values(hass?.entities ?? {}).find(
    (entity) => entity?.platform === DOMAIN && entity.entity_id.startsWith("camera."),
  );
  return complete({ entity: camera?.entity_id ?? "" });
}
