/**
 * The dashboard card of the SodaLife integration: look through a camera and steer it.
 *
 * The integration loads this module by itself. It uses Home Assistant's own video player, icons
 * and colours, and nothing else from outside this folder.
 */

// All modules are named here, so that the browser fetches them at once: none has to be read before
// the next is asked for.
import "./controls.js";
import "./hold-to-move.js";
import "./live.js";
import "./picture.js";
import "./player.js";
import "./press.js";
import "./snapshot.js";
import "./stage.js";
import "./styles.js";
import "./template.js";

import { DOMAIN } from "./camera.js";
import { SodalifeCameraCard } from "./card.js";
import { complete } from "./config.js";
import { currentHass } from "./home-assistant.js";
import { loadTexts, text } from "./localize.js";

const TAG = "sodalife-camera-card";

/** The card picker reads names when it is opened, in the user's language. */
const inPicker = {
  type: TAG,
  get name() {
    return text(currentHass(), "card") || "SodaLife";
  },
  get description() {
    return text(currentHass(), "card_about");
  },
  preview: true,
  documentationURL: "https://github.com/sodalife-ha/sodalife#the-card",
  /**
   * Newer versions of Home Assistant suggest cards for an entity.
   * @param {Hass} hass
   * @param {string} entityId
   */
  getEntitySuggestion: (hass, entityId) =>
    entityId.startsWith("camera.") && hass.entities?.[entityId]?.platform === DOMAIN
      ? { config: { type: `custom:${TAG}`, ...complete({ entity: entityId }) } }
      : null,
};

/** Have the texts at hand before anybody asks. */
function fetchTexts() {
  const hass = currentHass();
  if (hass?.connected && hass.states) loadTexts(hass);
  else setTimeout(fetchTexts, 100);
}

if (!customElements.get(TAG)) {
  customElements.define(TAG, SodalifeCameraCard);
  window.customCards ??= [];
  window.customCards.push(inPicker);
  fetchTexts();
}
