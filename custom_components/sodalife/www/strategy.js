/** A dashboard of all cameras, made by one click; loaded when somebody looks at one. */

import { CameraView } from "./camera.js";
import { complete } from "./config.js";
import { isOurs } from "./feature.js";
import { loadTexts, text } from "./localize.js";

const CARD = { type: "custom:sodalife-camera-card" };
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
    cards: [
      { type: "heading", heading: area || text(hass, "cameras"), icon: "mdi:cctv" },
      ...(areas.get(area) ?? []).map(({ id }) => ({
        ...CARD,
        entity: id,
        show_controls: false,
      })),
    ],
  }));
  return { title: text(hass, "cameras"), path: "cameras", type: "sections", max_columns: 4, sections };
}

/**
 * One camera, with its photos and its history.
 * @param {Hass} hass
 * @param {CameraView} camera
 */
function cameraView(hass, camera) {
  const photo = camera.sibling("image.last_capture");
  const told = ["binary_sensor.online", "sensor.last_error"]
    .map((key) => camera.sibling(key))
    .filter(Boolean);
  const heading = (/** @type {string} */ key) => ({ type: "heading", heading: text(hass, key) });
  const beside = [
    ...(photo ? [heading("photos"), { type: "picture-entity", entity: photo, show_name: false }] : []),
    ...(told.length
      ? [heading("history"), { type: "history-graph", hours_to_show: 24, entities: told }]
      : []),
    ...(photo ? [{ type: "logbook", hours_to_show: 24, target: { entity_id: [photo, ...told] } }] : []),
  ];
  return {
    title: camera.name,
    path: camera.id.split(".")[1],
    type: "sections",
    max_columns: 2,
    sections: [
      { type: "grid", cards: [{ ...CARD, entity: camera.id }] },
      { type: "grid", cards: beside },
    ],
  };
}

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
