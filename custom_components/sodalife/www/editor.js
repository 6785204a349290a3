/** The form of Home Assistant's editor for the card; loaded when somebody edits one. */

import { DOMAIN } from "./camera.js";
import { currentHass } from "./home-assistant.js";
import { loadTexts, text } from "./localize.js";

// What is left out is on, and is shown to be.
const SWITCHES = ["live", "show_controls", "show_ptz", "show_lens", "show_voice"];
const HELPS = ["name", "live", "show_controls"];

/** Describe the form to Home Assistant. */
export async function configForm() {
  const hass = currentHass();
  if (hass) await loadTexts(hass);
  const filter = { integration: DOMAIN, domain: "camera" };
  return {
    schema: [
      { name: "entity", required: true, selector: { entity: { filter } } },
      { name: "name", selector: { text: {} } },
      ...SWITCHES.map((name) => ({ name, default: true, selector: { boolean: {} } })),
    ],
    computeLabel: (/** @type {{ name: string }} */ { name }) => text(currentHass(), `field_${name}`),
    computeHelper: (/** @type {{ name: string }} */ { name }) =>
      HELPS.includes(name) ? text(currentHass(), `help_${name}`) : undefined,
  };
}
