/** What the user can set, and what holds where nothing is set. */

import { DOMAIN } from "./camera.js";

/** @type {CardConfig} */
const DEFAULTS = {
  entity: "",
  live: "auto", // where one or two cards are in sight, or in the one that is opened
  show_controls: true,
  show_ptz: true,
  show_lens: true,
  show_voice: true,
};

/** @param {Partial<CardConfig>} config */
export function complete(config) {
  return { ...DEFAULTS, ...config };
}

/**
 * A card to begin with.
 * @param {Hass | undefined} hass
 */
export function firstConfig(hass) {
  const camera = Object.values(hass?.entities ?? {}).find(
    (entity) => entity?.platform === DOMAIN && entity.entity_id.startsWith("camera."),
  );
  return { entity: camera?.entity_id ?? "" };
}
