/** What the card asks of Home Assistant's frontend. */

import { text } from "./localize.js";

/** The state of whoever uses this page, for what has no `hass` of its own. */
export function currentHass() {
  // eslint-disable-next-line no-restricted-syntax -- Home Assistant's root, not a part of ours
  return /** @type {HassElement | null} */ (document.querySelector("home-assistant"))?.hass;
}

/** Speaks with Home Assistant for one element. */
export class HomeAssistant {
  /** @type {Hass | undefined} */ hass;
  /** Is called before a dialog of Home Assistant's opens. */
  onDialog = () => {};
  /** Hears what the user is told. */
  onNotice = (/** @type {string} */ _message) => {};

  /** @param {HTMLElement} element from which events go out */
  constructor(element) {
    this.element = element;
  }

  /**
   * @param {string} key
   * @param {Record<string, string>} [values]
   */
  text(key, values) {
    return text(this.hass, key, values);
  }

  /**
   * Call an action of an entity; return whether it worked, and say so if it did not.
   * @param {string} domain
   * @param {string} service
   * @param {object} data
   * @param {string} entityId
   */
  async act(domain, service, data, entityId, report = () => true) {
    try {
      await this.hass?.callService(domain, service, data, { entity_id: entityId }, false);
      return true;
    } catch (error) {
      if (report()) this.notify(await this.explain(error));
      return false;
    }
  }

  /** @param {string} message */
  notify(message) {
    this.fire("hass-notification", { message });
    this.onNotice(message);
  }

  /** @param {string} entityId */
  moreInfo(entityId) {
    this.onDialog();
    this.fire("hass-more-info", { entityId });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  fire(type, detail) {
    this.element.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
  }

  /**
   * Ask the integration about a camera.
   * @param {string} what
   * @param {string} entityId
   */
  async ask(what, entityId) {
    return this.hass?.callWS({ type: `sodalife/${what}`, entity_id: entityId });
  }

  /**
   * Say in the user's language what is wrong.
   * @param {any} error
   */
  async explain(error) {
    const { translation_domain: domain, translation_key: key } = error ?? {};
    if (domain && key) {
      const localize = await this.hass?.loadBackendTranslation("exceptions", domain);
      const message = localize?.(
        `component.${domain}.exceptions.${key}.message`,
        error.translation_placeholders,
      );
      if (message) return message;
    }
    return error?.message || this.text("disconnected");
  }
}

/** @param {string} tag */
function defined(tag) {
  const late = new Promise((_, reject) => setTimeout(reject, 15000, new Error(`no ${tag}`)));
  return Promise.race([customElements.whenDefined(tag), late]);
}

/**
 * Have Home Assistant load an element that it only loads for a card of its own.
 * @param {string} tag
 * @param {object} config of such a card
 */
export async function loadElement(tag, config) {
  if (customElements.get(tag)) return;
  const helpers = await window.loadCardHelpers();
  helpers.createCardElement(config);
  await defined(tag);
}
