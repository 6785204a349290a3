/** The card's texts. They are the integration's translations, as all its other texts are. */

const DOMAIN = "sodalife";
// What commands are called is what their buttons are; all else is the card's own.
const PLACES = {
  entity: new RegExp(`^component\\.${DOMAIN}\\.entity\\.button\\.(?:ptz_)?(\\w+)\\.name$`),
  config_panel: new RegExp(`^component\\.${DOMAIN}\\.config_panel\\.card\\.(\\w+)$`),
};

/** @type {Map<string, Record<string, string>>} by language */
const loaded = new Map();
/** @type {Map<string, Promise<void>>} */
const loading = new Map();

/** @param {Reader} hass */
export const languageOf = (hass) => hass?.locale?.language ?? hass?.language ?? navigator.language ?? "en";

/**
 * Return a text in the user's language; nothing until the texts are there.
 * @param {Reader} hass
 * @param {string} key
 * @param {Record<string, string>} values
 */
export function text(hass, key, values = {}) {
  const found = loaded.get(languageOf(hass))?.[key] ?? "";
  return found.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/**
 * Fetch the texts of the user's language, once; tell whether they had to be fetched.
 * @param {Hass} hass
 */
export async function loadTexts(hass) {
  const language = languageOf(hass);
  if (loaded.has(language)) return false;
  if (!loading.has(language)) loading.set(language, fetchTexts(hass, language));
  await loading.get(language);
  return loaded.has(language);
}

/**
 * @param {Hass} hass
 * @param {string} language
 */
async function fetchTexts(hass, language) {
  try {
    const found = await Promise.all(Object.entries(PLACES).map((place) => fetchPlace(hass, language, place)));
    loaded.set(language, Object.assign({}, ...found));
  } catch {
    // The connection broke, say: whoever needs the texts next asks again.
  } finally {
    loading.delete(language);
  }
}

/**
 * @param {Hass} hass
 * @param {string} language
 * @param {[string, RegExp]} place
 */
async function fetchPlace(hass, language, [category, pattern]) {
  const message = { type: "frontend/get_translations", language, category, integration: [DOMAIN] };
  const { resources } = await hass.callWS(message);
  /** @type {Record<string, string>} */
  const texts = {};
  for (const [path, words] of Object.entries(resources)) {
    const key = pattern.exec(path)?.[1];
    if (key) texts[key] = words;
  }
  return texts;
}
