/** Home Assistant's media browser; loaded when somebody wants a sound. */

import { loadElement } from "./home-assistant.js";

const CARD = "hui-media-control-card";

/**
 * Open the dialog. It belongs to Home Assistant's media control card, which knows how to.
 * @param {Hass | undefined} hass
 * @param {HTMLElement} place from which the card's events go out
 * @param {string} entity
 */
export async function browseMedia(hass, place, entity) {
  await loadElement(CARD, { type: "media-control", entity });
  const card = /** @type {MediaControlCard} */ (document.createElement(CARD));
  card.hidden = true;
  card.setConfig({ type: "media-control", entity });
  card.hass = hass;
  place.append(card);
  card._handleBrowseMedia();
  card.remove();
}
