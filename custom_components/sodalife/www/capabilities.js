/** How a camera's live picture can be had. */

import { loadElement } from "./home-assistant.js";

const LOADS_PLAYERS = "ha-camera-stream"; // which knows them all

/**
 * The ways there are to a camera's picture; none: the player cannot be had.
 * @param {CameraView} view
 * @returns {Promise<string[]>}
 */
export async function typesOf({ hass, id }) {
  try {
    const loaded = loadElement(LOADS_PLAYERS, { type: "picture-entity", entity: id, camera_view: "live" });
    const capabilities = await hass.callWS({ type: "camera/capabilities", entity_id: id });
    await loaded;
    return capabilities.frontend_stream_types;
  } catch {
    return [];
  }
}
