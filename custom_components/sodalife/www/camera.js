/** What there is to know about the card's camera. No page needed. */

export const DOMAIN = "sodalife";
const STREAM = 2; // CameraEntityFeature.STREAM
export const DIRECTIONS = ["up", "down", "left", "right", "up_left", "up_right", "down_left", "down_right"];

/** @type {WeakMap<object, Map<string, Record<string, string>>>} by registry and camera */
const known = new WeakMap();

/**
 * The ids of a camera's other entities, by platform and key, however they are named.
 * @param {Hass} hass
 * @param {string} camera
 */
function siblingsOf(hass, camera) {
  const { entities } = hass;
  const device = entities?.[camera]?.device_id;
  if (!entities || !device) return {};
  const found = known.get(entities) ?? new Map();
  known.set(entities, found);
  if (!found.has(camera)) found.set(camera, findSiblings(entities, device));
  return /** @type {Record<string, string>} */ (found.get(camera));
}

/**
 * @param {NonNullable<Hass["entities"]>} entities
 * @param {string} device
 */
function findSiblings(entities, device) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const entity of Object.values(entities)) {
    if (entity?.device_id !== device || entity.platform !== DOMAIN) continue;
    found[`${entity.entity_id.split(".")[0]}.${entity.translation_key}`] = entity.entity_id;
  }
  return found;
}

/** A camera as Home Assistant has it now. */
export class CameraView {
  /**
   * @param {Hass} hass
   * @param {CardConfig} config
   */
  constructor(hass, config) {
    this.hass = hass;
    this.config = config;
    this.id = config.entity;
    this.entity = hass.states[config.entity];
  }

  get available() {
    return this.entity !== undefined && this.entity.state !== "unavailable";
  }

  get name() {
    return this.config.name || this.entity?.attributes.friendly_name || this.id;
  }

  get streaming() {
    return this.entity?.state === "streaming";
  }

  /** Why there is nothing to show: the key of a text. */
  get hint() {
    if (!this.id) return "choose";
    if (!this.entity) return "not_found";
    const platform = this.hass.entities?.[this.id]?.platform;
    return platform && platform !== DOMAIN ? "not_ours" : null;
  }

  /**
   * The id of another entity of the camera.
   * @param {string} platformAndKey
   */
  sibling(platformAndKey) {
    return /** @type {string | undefined} */ (siblingsOf(this.hass, this.id)[platformAndKey]);
  }

  /** @param {string} platformAndKey */
  stateOf(platformAndKey) {
    const id = this.sibling(platformAndKey);
    return id === undefined ? undefined : this.hass.states[id];
  }

  /**
   * Whether it is the same as before, as far as the card shows it.
   * @param {Hass | undefined} before
   */
  isAsIn(before) {
    const { hass, id } = this;
    if (before?.entities !== hass.entities || before?.locale !== hass.locale) return false;
    return [id, ...Object.values(siblingsOf(hass, id))].every(
      (one) => before?.states[one] === hass.states[one],
    );
  }

  /**
   * Whether it can make at least one of some moves; until it has refused one, it can.
   * @param {...string} commands
   */
  able(...commands) {
    const lacks = new Set(this.entity?.attributes.ptz_unsupported);
    return commands.some((command) => !lacks.has(command));
  }

  get canStream() {
    const features = this.entity?.attributes.supported_features ?? 0;
    return this.available && (features & STREAM) !== 0 && this.hass.config.components.includes("stream");
  }

  /**
   * Whether controls of a kind are to be shown. Where they are all switched off, they are on for
   * those who open the picture large: nothing but a tile was wanted.
   * @param {"ptz" | "lens" | "voice"} kind
   */
  wants(kind) {
    const { show_ptz, show_lens, show_voice } = this.config;
    return this.config[`show_${kind}`] || (!show_ptz && !show_lens && !show_voice);
  }

  /** Whether there are controls below the picture, or it is a tile. */
  get hasControls() {
    const { show_controls, show_ptz, show_lens, show_voice } = this.config;
    return show_controls && (show_ptz || show_lens || show_voice);
  }

  /** When the newest photo was taken. */
  get takenAt() {
    const newest = this.stateOf("image.last_capture")?.state;
    return this.entity?.attributes.captured_at ?? (newest && Date.parse(newest) ? newest : undefined);
  }

  /** The address of the newest picture; while it is offline, of its last photo. */
  get picture() {
    return this.available ? this.entity?.attributes.entity_picture : this.lastPhoto;
  }

  /** The address of its last photo, if there is one: nothing is asked of the camera. */
  get lastPhoto() {
    return this.takenAt && this.stateOf("image.last_capture")?.attributes.entity_picture;
  }

  /**
   * Whether it has just said that it cannot go further. The integration takes that for no error:
   * a sensor tells.
   * @param {Hass} before
   */
  hasReachedEnd(before) {
    const id = this.sibling("sensor.last_error");
    if (id === undefined) return false;
    const [then, now] = [before.states[id], this.hass.states[id]];
    return now !== then && now?.state === "ptz_end_stop" && now.attributes.at !== then?.attributes.at;
  }
}

/**
 * How long ago something was, in words.
 * @param {string} time
 * @param {string} language
 */
export function ago(time, language, now = Date.now()) {
  const seconds = Math.min(0, (new Date(time).getTime() - now) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (seconds > -10) return format.format(0, "second");
  if (seconds > -60) return format.format(Math.ceil(seconds / 5) * 5, "second");
  if (seconds > -3600) return format.format(Math.ceil(seconds / 60), "minute");
  if (seconds > -86400) return format.format(Math.ceil(seconds / 3600), "hour");
  return format.format(Math.ceil(seconds / 86400), "day");
}
