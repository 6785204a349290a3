// What the card uses of Home Assistant's frontend.

interface HassEntity {
  entity_id: string;
  state: string;
  last_changed: string;
  attributes: Record<string, any>;
}

interface RegistryEntry {
  entity_id: string;
  platform: string;
  device_id?: string | null;
  area_id?: string | null;
  translation_key?: string;
}

type Localize = (key: string, values?: Record<string, unknown>) => string;

interface Hass {
  states: Record<string, HassEntity | undefined>;
  entities?: Record<string, RegistryEntry | undefined>;
  devices?: Record<string, { area_id?: string | null } | undefined>;
  areas?: Record<string, { name: string } | undefined>;
  locale?: { language: string };
  language?: string;
  config: { components: string[] };
  connected: boolean;
  hassUrl(path: string): string;
  fetchWithAuth(path: string, init: RequestInit): Promise<Response>;
  callService(
    domain: string,
    service: string,
    data: object,
    target: { entity_id: string },
    notifyOnError: boolean,
  ): Promise<unknown>;
  connection: {
    subscribeMessage(callback: (message: any) => void, message: object): Promise<() => Promise<void>>;
  };
  callWS(message: { type: string; [field: string]: unknown }): Promise<any>;
  loadBackendTranslation(category: string, integration: string): Promise<Localize>;
}

interface HaIcon extends HTMLElement {
  icon: string;
}

/** `ha-web-rtc-player` and `ha-hls-player`, as far as they are alike. */
interface HaPlayerElement extends HTMLElement {
  hass: Hass;
  entityid: string;
  muted: boolean;
  autoPlay: boolean;
  playsInline: boolean;
  updateComplete?: Promise<unknown>;
}

/** An element that Home Assistant gives its state to. */
interface HassElement extends HTMLElement {
  hass?: Hass;
}

/** Home Assistant's media control card: its button opens the media browser. */
interface MediaControlCard extends HassElement {
  setConfig(config: object): void;
  _handleBrowseMedia(): void;
}

interface Window {
  customCards?: object[];
  customCardFeatures?: object[];
  customStrategies?: object[];
  loadCardHelpers(): Promise<{ createCardElement(config: object): HTMLElement }>;
}
