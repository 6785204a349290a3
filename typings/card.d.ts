// The card's own types, by short names: they are not shipped.

type CameraView = import("../custom_components/sodalife/www/camera.js").CameraView;
type HomeAssistant = import("../custom_components/sodalife/www/home-assistant.js").HomeAssistant;
type HoldToMove = import("../custom_components/sodalife/www/hold-to-move.js").HoldToMove;
type LivePicture = import("../custom_components/sodalife/www/player.js").LivePicture;
type Snapshot = import("../custom_components/sodalife/www/snapshot.js").Snapshot;

/** Whose language it is. */
type Reader = Pick<Hass, "locale" | "language"> | null | undefined;

interface CardConfig {
  type?: string;
  entity: string;
  name?: string;
  live: boolean | "auto";
  show_controls: boolean;
  show_ptz: boolean;
  show_lens: boolean;
  show_voice: boolean;
}

/** A sentence of the integration's, to be put into the user's language; without a domain, the card's. */
interface Obstacle {
  translation_domain?: string;
  translation_key: string;
  translation_placeholders?: Record<string, string>;
}

interface Obstacles {
  all?: Obstacle;
  live?: Obstacle;
  photo?: Obstacle;
}

/** What came of a move: it has begun, made its one step, or was given up before its turn. */
type Told = "moving" | "stepped" | "unmoved";

type Phase = "waiting" | "moving";

interface HoldClock {
  now(): number;
  setInterval(callback: () => void, ms: number): number;
  clearInterval(timer: number | undefined): void;
}

/** What a move asks of the camera. */
interface Camera {
  /** Call an action and tell whether it worked; `report`: whether users hear if not. */
  act(service: string, data: object, report?: () => boolean): Promise<boolean>;
  /** Tell the seconds until a move's turn comes; null: nobody knows yet; 0: it waits no more. */
  turn(): Promise<number | null>;
}

type Listener = [EventTarget, string, (event: any) => void];

/** What a microphone hears, while it is open. */
interface Recording {
  /** How loud it is just now, 0 to 1. */
  readonly level: number;
  /** Let the microphone go; return what was spoken as a wav, null if nothing was. */
  stop(): Promise<ArrayBuffer | null>;
  /** Let it go, and forget what was spoken. */
  drop(): void;
}

/** How far a message has come: it waits for so many seconds, or plays for so many; or it failed. */
interface VoiceStep extends Partial<Obstacle> {
  state: "waiting" | "accepted" | "failed";
  seconds: number;
}

/** What is told of talking: the key of a text, with a note before it; or what has gone wrong. */
interface ToldOfTalk {
  key: string;
  values?: Record<string, string>;
  note?: string;
  error?: unknown;
  isBad?: boolean;
}
