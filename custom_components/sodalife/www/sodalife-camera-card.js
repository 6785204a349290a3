/**
 * The dashboard card of the SodaLife integration: look through a camera and steer it.
 *
 * The integration loads this module by itself. It uses Home Assistant's own video player, icons
 * and colours, and nothing else from outside this folder.
 */

// All modules are named here, so that the browser fetches them at once: none has to be read before
// the next is asked for.
import "./camera.js";
import "./config.js";
import "./neighbours.js";
import "./obstacles.js";
import "./picture.js";
import "./ready.js";
import "./snapshot.js";
import "./stage.js";
import "./styles.js";
import "./template.js";

import { SodalifeCameraCard } from "./card.js";
import { FEATURE, isOurs, PtzFeature } from "./feature.js";
import { currentHass } from "./home-assistant.js";
import { loadTexts, text } from "./localize.js";
import { Strategy } from "./dashboard.js";

const CARD = "sodalife-camera-card";
const DOCUMENTATION = "https://github.com/sodalife-ha/sodalife#the-card";

/**
 * What pickers show, in the language of whoever opens them.
 * @param {string} key
 */
const named = (key) => ({
  get name() {
    return text(currentHass(), key) || "SodaLife";
  },
  get description() {
    return text(currentHass(), `${key}_about`);
  },
  documentationURL: DOCUMENTATION,
});

/** Put an entry onto a list of Home Assistant's. */
function offer(
  /** @type {"customCards" | "customCardFeatures" | "customStrategies"} */ list,
  entry = {},
  key = "",
) {
  const made = named(key);
  window[list] ??= [];
  window[list].push(Object.defineProperties(entry, Object.getOwnPropertyDescriptors(made)));
}

/** Have the texts at hand before anybody asks. */
function fetchTexts() {
  const hass = currentHass();
  if (hass?.connected && hass.states) loadTexts(hass);
  else setTimeout(fetchTexts, 100);
}

if (!customElements.get(CARD)) {
  customElements.define(CARD, SodalifeCameraCard);
  customElements.define(FEATURE, PtzFeature);
  customElements.define("ll-strategy-dashboard-sodalife", Strategy);
  offer("customCards", { type: CARD, preview: true, getEntitySuggestion }, "card");
  offer("customCardFeatures", { type: FEATURE, isSupported, supported }, "feature");
  offer("customStrategies", { type: "sodalife", strategyType: "dashboard" }, "dashboard");
  fetchTexts();
}

/**
 * Newer versions of Home Assistant suggest cards for an entity.
 * @param {Hass} hass
 * @param {string} entityId
 */
function getEntitySuggestion(hass, entityId) {
  return isOurs(hass, entityId) ? { config: { type: `custom:${CARD}`, entity: entityId } } : null;
}

/**
 * Whether the tile card offers the feature for an entity: so newer versions of Home Assistant ask, ...
 * @param {Hass} hass
 * @param {{ entity_id?: string }} context
 */
function isSupported(hass, context) {
  return isOurs(hass, context.entity_id);
}

/**
 * ... and so the older ones: no other camera has that attribute.
 * @param {HassEntity} state
 */
function supported(state) {
  return state.attributes.ptz_unsupported !== undefined;
}
