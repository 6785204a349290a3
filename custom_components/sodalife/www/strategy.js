/** A dashboard of all cameras, made by one click; loaded when somebody looks at one. */

import { CameraView } from "./camera.js";
import { complete } from "./config.js";
import { isOurs } from "./feature.js";
import { loadTexts, text } from "./localize.js";

const CARD = { type: "custom:sodalife-camera-card" };
const PHOTO = "image.last_capture";
const TOLD = ["binary_sensor.online", "sensor.last_error"];
const ADD = "/config/integrations/integration/sodalife";

/**
 * Make the dashboard's configuration.
 * @param {Hass} hass
 */
export async function dashboard(hass) {
  await loadTexts(hass);
  const cameras = Object.keys(hass.entities ?? {})
    .filter((id) => isOurs(hass, id) && hass.states[id])
    .map((id) => new CameraView(hass, complete({ entity: id })));
  if (!cameras.length) return { views: [emptyView(hass)] };
  cameras.sort(
    (one, other) => Number(other.available) - Number(one.available) || compare(one.name, other.name),
  );
  return { views: [overview(hass, cameras), ...cameras.map((camera) => cameraView(hass, camera))] };
}

/** @param {Hass} hass */
function emptyView(hass) {
  const content = `${text(hass, "no_cameras")} [${text(hass, "add_camera")}](${ADD})`;
  return { title: text(hass, "cameras"), path: "cameras", cards: [{ type: "markdown", content }] };
}

/**
 * All cameras by area, those that are offline last.
 * @param {Hass} hass
 * @param {CameraView[]} cameras
 */
function overview(hass, cameras) {
  /** @type {Map<string, CameraView[]>} */
  const areas = new Map();
  for (const camera of cameras) {
    const area = areaOf(hass, camera.id);
    areas.set(area, [...(areas.get(area) ?? []), camera]);
  }
  const sections = [...areas.keys()].sort(lastIfEmpty).map((area) => ({
    type: "grid",
    cards: [heading(area || text(hass, "cameras"), "mdi:cctv"), ...tiles(areas.get(area) ?? [])],
  }));
  return { title: text(hass, "cameras"), path: "cameras", type: "sections", max_columns: 4, sections };
}

/**
 * Two beside each other, where there are two.
 * @param {CameraView[]} cameras
 */
function tiles(cameras) {
  const columns = cameras.length > 1 ? 6 : 12;
  return cameras.map(({ id }) => ({
    ...CARD,
    entity: id,
    show_controls: false,
    grid_options: { columns },
  }));
}

/**
 * One camera, with its photos and its history.
 * @param {Hass} hass
 * @param {CameraView} camera
 */
const cameraView = (hass, camera) => ({
  title: camera.name,
  path: camera.id.split(".")[1],
  type: "sections",
  max_columns: 2,
  sections: [
    { type: "grid", cards: [{ ...CARD, entity: camera.id }] },
    { type: "grid", cards: [...photos(hass, camera), ...history(hass, camera)] },
  ],
});

/**
 * @param {Hass} hass
 * @param {CameraView} camera
 */
function photos(hass, camera) {
  const entity = camera.sibling(PHOTO);
  if (!entity) return [];
  return [heading(text(hass, "photos")), { type: "picture-entity", entity, show_name: false }];
}

/**
 * As far as Home Assistant keeps one.
 * @param {Hass} hass
 * @param {CameraView} camera
 */
function history(hass, camera) {
  const has = (/** @type {string} */ component) => hass.config.components.includes(component);
  const entities = TOLD.map((key) => camera.sibling(key)).filter(Boolean);
  const target = { entity_id: [camera.sibling(PHOTO), ...entities].filter(Boolean) };
  const graph = has("history") && entities.length ? [{ type: "history-graph", entities }] : [];
  const book = has("logbook") && target.entity_id.length ? [{ type: "logbook", target }] : [];
  const cards = [...graph, ...book];
  return cards.length ? [heading(text(hass, "history")), ...cards] : [];
}

/** @param {string} words */
const heading = (words, icon = "") => ({ type: "heading", heading: words, ...(icon && { icon }) });

/**
 * @param {Hass} hass
 * @param {string} id
 */
function areaOf(hass, id) {
  const entity = hass.entities?.[id];
  const area = entity?.area_id ?? hass.devices?.[entity?.device_id ?? ""]?.area_id;
  return hass.areas?.[area ?? ""]?.name ?? "";
}

/**
 * @param {string} one
 * @param {string} other
 */
const compare = (one, other) => one.localeCompare(other);

/**
 * @param {string} one
 * @param {string} other
 */
const lastIfEmpty = (one, other) => Number(!one) - Number(!other) || compare(one, other);
