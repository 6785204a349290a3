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
  live: boolean;
  show_ptz: boolean;
  show_lens: boolean;
  show_voice: boolean;
}

type Phase = "waiting" | "moving";

/** A button that moves the camera, from the press on. */
interface Press {
  command: string;
  phase: Phase;
  since: number;
  failed: boolean;
  timer?: number;
}

interface HoldClock {
  now(): number;
  setInterval(callback: () => void, ms: number): number;
  clearInterval(timer: number | undefined): void;
}

/** Calls an action of the camera and tells whether it worked; `report`: whether users hear if not. */
type Act = (service: string, data: object, report?: () => boolean) => Promise<boolean>;

type Listener = [EventTarget, string, (event: any) => void];
