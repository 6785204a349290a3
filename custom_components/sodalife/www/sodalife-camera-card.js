/**
 * The dashboard card of the SodaLife integration: look through a camera and steer it.
 *
 * The integration loads this module by itself. It uses Home Assistant's own video player, icons
 * and colours, and nothing else from outside this file.
 */

const TAG = "sodalife-camera-card";
const DOMAIN = "sodalife";
const STREAM = 2; // CameraEntityFeature.STREAM

// A press that is shorter is a tap: the camera moves for the moment set in the options.
const TAP = 200;
// While a button is held, the move is renewed. If this browser dies, the integration ends the
// move by itself, WATCHDOG seconds after the last renewal.
const WATCHDOG = 10;
const RENEWAL = 5000;
const MAX_HOLD = 60000; // something lies on the key
const TICK = 5000;
const STILL_INTERVAL = 10000; // as Home Assistant's own cards; the integration spares the camera
const STILL_PATIENCE = 15000;
const LIVE_PATIENCE = 40000;
const LIVE_PAUSE = 30000; // doubles with every failure ...
const MAX_LIVE_PAUSE = 300000;
const STALLED = 15000; // a live picture that does not move on
const PROVEN = 20000; // a live picture that moved for so long is only interrupted ...
const RESTART = 1000; // ... and starts again at once
const AWAY = 10000; // nobody looks for so long: the live picture ends
const CONFIRMATION = 1500; // a photo that was taken is shown to be

const DIRECTIONS = [
  ["up_left", "mdi:arrow-top-left"],
  ["up", "mdi:chevron-up"],
  ["up_right", "mdi:arrow-top-right"],
  ["left", "mdi:chevron-left"],
  ["stop", "mdi:stop"],
  ["right", "mdi:chevron-right"],
  ["down_left", "mdi:arrow-bottom-left"],
  ["down", "mdi:chevron-down"],
  ["down_right", "mdi:arrow-bottom-right"],
];

const KEYS = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  "+": "zoom_in",
  "=": "zoom_in", // the plus of many keyboards, without Shift
  "-": "zoom_out",
};

const TEXTS = {
  en: {
    card: "SodaLife camera",
    card_about: "See live, steer, take photos and speak through a SodaLife camera",
    up: "Up",
    down: "Down",
    left: "Left",
    right: "Right",
    up_left: "Up left",
    up_right: "Up right",
    down_left: "Down left",
    down_right: "Down right",
    zoom_in: "Zoom in",
    zoom_out: "Zoom out",
    focus_near: "Focus near",
    focus_far: "Focus far",
    stop: "Stop",
    move: "Move the camera: press and hold",
    zoom: "Zoom",
    focus: "Focus",
    capture: "Photo",
    capture_about: "Take a photo",
    home: "Home",
    home_about: "Return to the home position",
    media: "Sounds",
    media_about: "Choose a sound to play at the camera",
    speak: "Speak at the camera",
    speak_hint: "Say something there …",
    send: "Speak",
    more: "More about the camera",
    mute: "Sound off",
    unmute: "Sound on",
    stage: "{name}. Arrow keys move the camera, plus and minus zoom.",
    picture: "Picture of {name}",
    live: "Live",
    connecting: "Starting live …",
    offline: "Offline",
    loading: "Loading the picture …",
    no_picture: "No picture yet",
    end_stop: "It cannot go further.",
    disconnected: "Home Assistant cannot be reached.",
    choose: "Choose a SodaLife camera.",
    not_found: "There is no camera {entity}.",
    not_ours: "{entity} is not a SodaLife camera.",
    bad_entity: "The entity of this card has to be a camera.",
    field_entity: "Camera",
    field_name: "Name",
    field_live: "Live picture",
    field_show_ptz: "Pan, tilt and home",
    field_show_lens: "Zoom and focus",
    field_show_voice: "Speaking and sounds",
    help_name: "Leave it empty for the camera's own name.",
    help_live: "Otherwise a photo that is renewed now and then.",
  },
  zh: {
    card: "SodaLife 摄像机",
    card_about: "观看直播、控制云台、抓拍，并通过 SodaLife 摄像机喊话",
    up: "向上",
    down: "向下",
    left: "向左",
    right: "向右",
    up_left: "左上",
    up_right: "右上",
    down_left: "左下",
    down_right: "右下",
    zoom_in: "放大",
    zoom_out: "缩小",
    focus_near: "近焦",
    focus_far: "远焦",
    stop: "停止",
    move: "云台控制：按住转动",
    zoom: "变焦",
    focus: "对焦",
    capture: "抓拍",
    capture_about: "立即抓拍",
    home: "归位",
    home_about: "归位（回到 1 号预置点）",
    media: "放音",
    media_about: "选择要在摄像机播放的声音",
    speak: "向摄像机喊话",
    speak_hint: "输入要说的话…",
    send: "喊话",
    more: "摄像机详情",
    mute: "关闭声音",
    unmute: "打开声音",
    stage: "{name}。方向键转动云台，加减键变焦。",
    picture: "{name} 的画面",
    live: "直播",
    connecting: "正在打开直播…",
    offline: "离线",
    loading: "正在加载画面…",
    no_picture: "暂无画面",
    end_stop: "已到极限位置。",
    disconnected: "无法连接 Home Assistant。",
    choose: "请选择一个 SodaLife 摄像机。",
    not_found: "找不到摄像机 {entity}。",
    not_ours: "{entity} 不是 SodaLife 摄像机。",
    bad_entity: "此卡片的实体必须是摄像机。",
    field_entity: "摄像机",
    field_name: "名称",
    field_live: "显示直播",
    field_show_ptz: "云台控制与归位",
    field_show_lens: "显示变焦和对焦",
    field_show_voice: "显示喊话和声音",
    help_name: "留空则使用摄像机自己的名称。",
    help_live: "关闭后显示定期更新的抓拍图片。",
  },
};

const languageOf = (hass) => hass?.locale?.language ?? hass?.language ?? navigator.language ?? "en";

/** Return a text in the user's language; without `hass`, of whoever uses this page. */
function text(hass, key, values = {}) {
  const of = hass ?? document.querySelector("home-assistant")?.hass;
  const texts = languageOf(of).startsWith("zh") ? TEXTS.zh : TEXTS.en;
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/**
 * Press and hold: moves a camera from the press to the release, and never longer.
 *
 * Home Assistant handles what one browser sends in its order, so a stop that is sent after a start
 * ends it, even while the start still waits for its turn. Only one button counts at a time.
 */
class Move {
  /** `act` calls an action of the camera and returns its promise; `changed` shows the state. */
  constructor(act, changed) {
    this._act = act;
    this._changed = changed;
    this._hold = null;
    this._active = null;
  }

  /** "waiting" until the camera moves, then "moving"; undefined for all other commands. */
  phase(command) {
    return this._active?.command === command ? this._active.phase : undefined;
  }

  get held() {
    return this._hold !== null;
  }

  /** Whether a button moves the camera, be it held or tapped. */
  get isSteering() {
    return this._active !== null && this._active.command !== "home";
  }

  press(command) {
    if (this._hold) return false;
    const hold = { command, phase: "waiting", since: performance.now(), failed: false };
    hold.timer = setInterval(() => this._renew(hold), RENEWAL);
    this._hold = this._active = hold;
    this._start(hold);
    this._changed();
    return true;
  }

  /** The button was let go: stop, or, after a tap, move for a moment that ends by itself. */
  release() {
    const hold = this._hold;
    if (!hold) return;
    if (performance.now() - hold.since >= TAP) {
      this.cancel();
      return;
    }
    this._endHold(hold);
    this._pulse(hold);
  }

  /** Stop at once: the pointer left, the tab hides, or the like. */
  cancel() {
    const hold = this._hold;
    if (!hold) return;
    this._endHold(hold);
    this._act("ptz_stop", {}, () => !hold.failed);
    this._hide(hold);
  }

  /** Move for a moment, for those who cannot press and hold. */
  tap(command) {
    if (this._hold) return;
    this._active = { command, phase: "waiting", failed: false };
    this._pulse(this._active);
    this._changed();
  }

  /** Return to the preset, which ends by itself, or with the stop button. */
  async home() {
    if (this._hold || this.phase("home")) return;
    const shown = (this._active = { command: "home", phase: "moving" });
    this._changed();
    await this._act("ptz_home", {}, () => this._active === shown);
    this._hide(shown);
  }

  /** The camera is at the end of its range: nothing moves, and nobody is to blame. */
  reachEnd() {
    if (this._hold) {
      this._endHold(this._hold);
      this._act("ptz_stop", {}, () => false);
    }
    this._active = null;
    this._changed();
  }

  stop() {
    if (this._hold) this._endHold(this._hold);
    this._active = null;
    this._act("ptz_stop", {});
    this._changed();
  }

  // The move that runs is not started a second time: the integration ends it after the moment.
  async _pulse(shown) {
    await this._act("ptz_move", { command: shown.command }, () => !shown.failed);
    this._hide(shown);
  }

  async _start(hold) {
    const started = await this._act("ptz_start", { command: hold.command, timeout: WATCHDOG });
    hold.failed = !started;
    if (started) hold.phase = "moving";
    else if (this._hold === hold) {
      this._endHold(hold);
      this._hide(hold);
    }
    this._changed();
  }

  async _renew(hold) {
    if (performance.now() - hold.since > MAX_HOLD) {
      this.cancel();
      return;
    }
    if (hold.phase !== "moving") return; // the start still waits for its turn
    const data = { command: hold.command, timeout: WATCHDOG };
    if (!(await this._act("ptz_start", data)) && this._hold === hold) this.cancel();
  }

  _endHold(hold) {
    clearInterval(hold.timer);
    this._hold = null;
  }

  _hide(shown) {
    if (this._active === shown) this._active = null;
    this._changed();
  }
}

const HTML = `
<ha-card>
  <div class="body">
    <div class="stage" tabindex="0" role="application">
      <div class="still"></div>
      <div class="player"></div>
      <div class="nothing"><ha-icon icon="mdi:cctv"></ha-icon><span></span></div>
      <div class="top">
        <span class="badge"><i></i><span></span></span>
        <span class="gap"></span>
        <button class="glass mute" hidden><ha-icon></ha-icon></button>
        <button class="glass more"><ha-icon icon="mdi:dots-vertical"></ha-icon></button>
      </div>
      <div class="bottom"><span class="name"></span><span class="age"></span></div>
      <div class="flash"></div>
    </div>
    <div class="controls">
      <div class="steer">
        <div class="rocker zoom" role="group">
          <button data-command="zoom_in"><ha-icon icon="mdi:plus"></ha-icon></button>
          <span></span>
          <button data-command="zoom_out"><ha-icon icon="mdi:minus"></ha-icon></button>
        </div>
        <div class="pad" role="group">${DIRECTIONS.map(
          ([name, icon]) =>
            `<button data-command="${name}" class="${name}"><ha-icon icon="${icon}"></ha-icon></button>`,
        ).join("")}</div>
        <div class="rocker focus" role="group">
          <button data-command="focus_far"><ha-icon icon="mdi:image-filter-hdr"></ha-icon></button>
          <span></span>
          <button data-command="focus_near"><ha-icon icon="mdi:flower-tulip-outline"></ha-icon></button>
        </div>
      </div>
      <div class="actions">
        <button class="capture"><ha-icon icon="mdi:camera-iris"></ha-icon><span></span></button>
        <button class="home"><ha-icon icon="mdi:home-outline"></ha-icon><span></span></button>
        <button class="media"><ha-icon icon="mdi:music-note-outline"></ha-icon><span></span></button>
      </div>
      <form class="speak">
        <ha-icon icon="mdi:bullhorn-outline"></ha-icon>
        <input type="text" maxlength="500" autocomplete="off" enterkeyhint="send" />
        <button class="send"><ha-icon icon="mdi:send"></ha-icon></button>
      </form>
    </div>
  </div>
  <div class="hint" hidden></div>
</ha-card>`;

const CSS = `
:host { display: block; }
[hidden] { display: none !important; }
ha-card { overflow: hidden; container-type: inline-size; color: var(--primary-text-color); }
button, input { font: inherit; color: inherit; background: none; border: 0; margin: 0; padding: 0; }
button {
  display: inline-flex; align-items: center; justify-content: center; cursor: pointer;
  user-select: none; -webkit-user-select: none; -webkit-touch-callout: none;
  -webkit-tap-highlight-color: transparent; transition: background-color 0.15s, color 0.15s;
}
/* A touch belongs to what it hits first: that has to be the button, which lets it go. */
button > * { pointer-events: none; }
button:disabled { cursor: default; opacity: 0.38; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--primary-color); outline-offset: 2px; }
.hint { padding: 24px 16px; text-align: center; color: var(--secondary-text-color); }

.stage {
  --plate: rgba(0, 0, 0, 0.6); /* white on it can be read over a white picture */
  position: relative; aspect-ratio: var(--shape, 16 / 9); overflow: hidden; background: #14171a; color: #fff;
}
/* An outline would be painted below the picture, and cut off at the card's corners. */
.stage:focus-visible { outline: none; }
.stage:focus-visible::after {
  content: ""; position: absolute; inset: 0; pointer-events: none; border: 3px solid var(--primary-color);
  border-radius: var(--ring); box-shadow: inset 0 0 0 2px rgba(255, 255, 255, 0.8);
  --radius: var(--ha-card-border-radius, 12px); --ring: var(--radius) var(--radius) 0 0;
}
.still, .player, .nothing, .flash { position: absolute; inset: 0; }
.flash { background: #fff; opacity: 0; pointer-events: none; }
.taken .flash { animation: flash 0.45s ease-out; }
@keyframes flash { 15% { opacity: 0.85; } }
.still img { width: 100%; height: 100%; object-fit: contain; display: block; }
.stage.offline .still { filter: grayscale(1) brightness(0.6); }
.player { display: flex; align-items: center; opacity: 0; transition: opacity 0.3s; }
.stage.playing .player { opacity: 1; }
.player ha-camera-stream { width: 100%; --video-max-height: none; }
.nothing {
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 8px;
  color: rgba(255, 255, 255, 0.6); --mdc-icon-size: 48px;
}
.top, .bottom { position: absolute; left: 0; right: 0; display: flex; align-items: center; gap: 8px; }
.top { top: 0; padding: 10px; }
.bottom {
  bottom: 0; padding: 28px 14px 10px; pointer-events: none;
  background: linear-gradient(transparent, rgba(0, 0, 0, 0.6) 45%, rgba(0, 0, 0, 0.75));
}
.name {
  flex: 1; min-width: 0; font-size: 16px; font-weight: 500; text-shadow: 0 1px 3px rgba(0, 0, 0, 0.8);
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
.badge, .age {
  display: inline-flex; align-items: center; gap: 6px; padding: 0 10px; white-space: nowrap;
  height: 26px; border-radius: 13px; background: var(--plate); font-size: 12px; font-weight: 500;
}
.age { font-variant-numeric: tabular-nums; }
.gap { flex: 1; }
.badge i { width: 8px; height: 8px; border-radius: 50%; background: #fff; }
.badge.live i { background: #ff3b30; }
.badge.connecting i { animation: breathe 1.2s infinite; }
.badge.offline i { background: #ffb300; }
.glass {
  width: 36px; height: 36px; border-radius: 50%; background: var(--plate); --mdc-icon-size: 20px;
}
.glass:hover { background: rgba(0, 0, 0, 0.8); }
.glass:focus-visible { outline-color: #fff; }

.controls { display: flex; flex-direction: column; gap: 16px; padding: 16px; }
.steer { display: flex; align-items: center; justify-content: space-evenly; gap: 8px; }
.pad {
  display: grid; grid-template-columns: repeat(3, 60px); grid-auto-rows: 60px;
  border-radius: 50%; background: var(--secondary-background-color);
}
.pad button, .rocker button { border-radius: 50%; touch-action: none; --mdc-icon-size: 32px; }
.pad .up_left, .pad .up_right, .pad .down_left, .pad .down_right {
  --mdc-icon-size: 18px; width: 44px; height: 44px; color: var(--secondary-text-color);
}
.pad .up_left { margin: 16px 0 0 16px; }
.pad .up_right { margin: 16px 0 0 0; }
.pad .down_left { margin: 0 0 0 16px; }
.pad .down_right { margin: 0; }
.pad .gone { visibility: hidden; }
.pad.empty { grid-template-columns: 68px; grid-auto-rows: 68px; }
.pad.empty .gone { display: none; }
.steer:has(> .pad.empty) { justify-content: center; gap: 28px; }
.pad .stop {
  --mdc-icon-size: 26px; margin: 4px; background: var(--card-background-color, #fff);
  box-shadow: 0 1px 3px rgba(0, 0, 0, 0.22);
}
.pad.moving .stop { color: var(--error-color, #db4437); }
.rocker {
  display: flex; flex-direction: column; align-items: center; justify-content: space-between;
  width: 54px; height: 168px; border-radius: 27px; background: var(--secondary-background-color);
}
.rocker button { width: 54px; height: 60px; border-radius: 27px; --mdc-icon-size: 26px; }
.rocker span { font-size: 12px; color: var(--secondary-text-color); }
@media (hover: hover) {
  .pad button:enabled:hover, .rocker button:enabled:hover, .actions button:enabled:hover {
    background-color: color-mix(in srgb, var(--primary-text-color) 10%, var(--secondary-background-color));
  }
}
button.waiting, button.moving {
  background-color: var(--primary-color) !important; color: var(--text-primary-color, #fff) !important;
}
button.busy:disabled { opacity: 1; }
button.waiting ha-icon, button.busy ha-icon { position: relative; }
button.waiting ha-icon::after, button.busy ha-icon::after {
  content: ""; position: absolute; inset: var(--around, -6px); border-radius: 50%;
  border: 2px solid currentColor; border-top-color: transparent; animation: turn 0.9s linear infinite;
}
@keyframes turn { to { transform: rotate(1turn); } }
@keyframes breathe { 50% { opacity: 0.3; } }
@media (prefers-reduced-motion: reduce) {
  *, *::after { animation: none !important; transition: none !important; }
}

.actions { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 8px; }
.actions button {
  gap: 8px; height: 44px; border-radius: 22px; padding: 0 10px; min-width: 0; font-weight: 500;
  font-size: 14px; background: var(--secondary-background-color); --mdc-icon-size: 20px; --around: -5px;
}
.actions span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.actions .capture {
  background: var(--primary-color); color: var(--text-primary-color, #fff);
}
.actions .capture:enabled:hover { background-color: var(--primary-color); filter: brightness(1.08); }
.speak {
  display: flex; align-items: center; gap: 10px; height: 46px; border-radius: 23px; padding: 0 5px 0 14px;
  border: 1px solid var(--divider-color); --mdc-icon-size: 20px;
}
.speak > ha-icon { color: var(--secondary-text-color); }
.speak:focus-within { border-color: var(--primary-color); box-shadow: inset 0 0 0 1px var(--primary-color); }
.speak input { flex: 1; min-width: 0; height: 100%; font-size: 16px; outline: none; }
.speak input::placeholder { color: var(--secondary-text-color); opacity: 1; }
.send { width: 36px; height: 36px; border-radius: 50%; color: var(--primary-color); }
.send:enabled:hover { background: var(--secondary-background-color); }

@container (max-width: 340px) {
  .steer { gap: 4px; justify-content: space-between; }
  .steer:has(> .pad.empty) { gap: 20px; }
  .pad { grid-template-columns: repeat(3, 52px); grid-auto-rows: 52px; }
  .pad .up_left, .pad .up_right, .pad .down_left, .pad .down_right { width: 38px; height: 38px; }
  .pad .up_left { margin: 14px 0 0 14px; }
  .pad .up_right { margin: 14px 0 0 0; }
  .pad .down_left { margin: 0 0 0 14px; }
  .rocker, .rocker button { width: 48px; }
  .rocker { height: 152px; }
  .actions { gap: 6px; }
  .actions button { gap: 4px; padding: 0 2px; font-size: 13px; --mdc-icon-size: 18px; --around: -3px; }
}
@container (min-width: 760px) {
  .body { display: grid; grid-template-columns: 1fr 340px; align-items: center; }
  .stage:focus-visible::after { --ring: var(--radius) 0 0 var(--radius); }
  .stage { border-radius: 0; height: 100%; min-height: 100%; aspect-ratio: auto; min-height: 340px; }
}`;

// Home Assistant puts a registry of its own in the place of the browser's, and another HTMLElement.
// What is defined before that, it does not find.
await customElements.whenDefined("home-assistant");

class SodalifeCameraCard extends HTMLElement {
  static getConfigForm() {
    const switches = ["live", "show_ptz", "show_lens", "show_voice"];
    const filter = { integration: DOMAIN, domain: "camera" };
    return {
      schema: [
        { name: "entity", required: true, selector: { entity: { filter } } },
        { name: "name", selector: { text: {} } },
        ...switches.map((name) => ({ name, selector: { boolean: {} } })),
      ],
      computeLabel: ({ name }) => text(null, `field_${name}`),
      computeHelper: ({ name }) => (`help_${name}` in TEXTS.en ? text(null, `help_${name}`) : undefined),
    };
  }

  static getStubConfig(hass) {
    const camera = Object.values(hass?.entities ?? {}).find(
      (entity) => entity.platform === DOMAIN && entity.entity_id.startsWith("camera."),
    );
    return stub(camera?.entity_id ?? "");
  }

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).innerHTML = `<style>${CSS}</style>${HTML}`;
    this._config = stub("");
    this._visible = false;
    this._pointer = null; // what holds a button: a pointer's id or a key's code
    this._stillAt = this._livePause = this._liveFrom = 0;
    this._move = new Move(
      (service, data, report) => this._act(DOMAIN, service, data, this._config.entity, report),
      () => this._showMove(),
    );
    this._listen();
  }

  setConfig(config) {
    if (config.entity && !config.entity.startsWith("camera.")) {
      throw new Error(text(this._hass, "bad_entity"));
    }
    this._move.cancel();
    if (config.entity !== this._config.entity) this._forgetPicture();
    this._config = { ...stub(""), ...config };
    this._update();
  }

  set hass(hass) {
    const before = this._hass;
    this._hass = hass;
    if (this._player && this._camera) Object.assign(this._player, { hass, stateObj: this._camera });
    const ids = [this._config.entity, ...Object.values(this._siblings())];
    const same = (name) => before?.[name] === hass[name];
    if (!ids.every((id) => before?.states[id] === hass.states[id]) || !same("entities") || !same("locale")) {
      this._update();
    }
    if (before) this._lookForEndStop(before);
  }

  getCardSize() {
    return 10;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  connectedCallback() {
    this._observer = new IntersectionObserver((entries) => {
      this._visible = entries.at(-1).isIntersecting; // the newest
      this._look();
    });
    this._observer.observe(this._get(".stage"));
    this._timer = setInterval(() => this._look(), TICK);
    for (const [target, type, listener] of this._outside) target.addEventListener(type, listener, true);
    this._update();
  }

  disconnectedCallback() {
    this._move.cancel();
    this._observer.disconnect();
    clearInterval(this._timer);
    this._visible = false;
    this._endLive();
    for (const [target, type, listener] of this._outside) target.removeEventListener(type, listener, true);
  }

  // What there is to know about the camera ---------------------------------------------------

  get _camera() {
    return this._hass?.states[this._config.entity];
  }

  get _available() {
    return this._camera !== undefined && this._camera.state !== "unavailable";
  }

  get _name() {
    return this._config.name || this._camera?.attributes.friendly_name || this._config.entity;
  }

  /** The ids of the camera's other entities, by platform and key, however they are named. */
  _siblings() {
    const entities = this._hass?.entities;
    const known = this._siblingsOf;
    if (known && known.entities === entities && known.camera === this._config.entity) return known.found;
    const device = entities?.[this._config.entity]?.device_id;
    const found = {};
    for (const entity of device ? Object.values(entities) : []) {
      if (entity.device_id !== device || entity.platform !== DOMAIN) continue;
      found[`${entity.entity_id.split(".")[0]}.${entity.translation_key}`] = entity.entity_id;
    }
    this._siblingsOf = { entities, camera: this._config.entity, found };
    return found;
  }

  _text(key, values) {
    return text(this._hass, key, values);
  }

  _get(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  _all(selector) {
    return this.shadowRoot.querySelectorAll(selector);
  }

  // What is shown ------------------------------------------------------------------------------

  _update() {
    if (!this._hass) return;
    const hint = this._hint();
    this._get(".hint").hidden = !hint;
    this._get(".hint").textContent = hint ?? "";
    this._get(".body").hidden = Boolean(hint);
    if (hint) {
      this._move.cancel();
      this._endLive();
      return;
    }
    this._showTexts();
    this._showControls();
    this._look();
  }

  _hint() {
    const { entity } = this._config;
    if (!entity) return this._text("choose");
    if (!this._camera) return this._text("not_found", { entity });
    const platform = this._hass.entities?.[entity]?.platform;
    return platform && platform !== DOMAIN ? this._text("not_ours", { entity }) : null;
  }

  _showTexts() {
    const name = this._name;
    this._get(".name").textContent = name;
    label(this._get(".stage"), this._text("stage", { name }));
    for (const button of this._all("[data-command]")) label(button, this._text(button.dataset.command), true);
    label(this._get(".pad"), this._text("move"));
    for (const part of ["zoom", "focus"]) {
      label(this._get(`.${part}`), this._text(part));
      this._get(`.${part} span`).textContent = this._text(part);
    }
    for (const part of ["capture", "home", "media"]) {
      label(this._get(`.${part}`), this._text(`${part}_about`), true);
      this._get(`.${part} span`).textContent = this._text(part);
    }
    label(this._get(".speak input"), this._text("speak"));
    this._get(".speak input").placeholder = this._text("speak_hint");
    label(this._get(".send"), this._text("send"), true);
    label(this._get(".more"), this._text("more"), true);
  }

  _showControls() {
    if (!this._camera) return;
    const { show_ptz: ptz, show_lens: lens, show_voice: voice } = this._config;
    const lacks = new Set(this._camera.attributes.ptz_unsupported);
    const able = (...commands) => commands.some((command) => !lacks.has(command));
    const moves = DIRECTIONS.some(([name]) => name !== "stop" && able(name));
    const zooms = lens && able("zoom_in", "zoom_out");
    const focuses = lens && able("focus_near", "focus_far");
    for (const button of this._all(".pad button")) {
      button.classList.toggle("gone", lacks.has(button.dataset.command));
    }
    this._get(".zoom").hidden = !zooms;
    this._get(".focus").hidden = !focuses;
    this._get(".pad").hidden = !ptz || (!moves && !zooms && !focuses);
    this._get(".pad").classList.toggle("empty", !moves);
    this._get(".steer").hidden = !zooms && !focuses && this._get(".pad").hidden;
    this._get(".home").hidden = !ptz || !moves;
    this._get(".media").hidden = !voice || !this._siblings()["media_player.speaker"];
    this._get(".speak").hidden = !voice || !this._siblings()["notify.speaker"];
    // What cannot be reached may be moving all the same: it can always be stopped.
    for (const control of this._all(".controls button:not(.stop), .controls input")) {
      control.disabled = !this._available || (control.closest("form") !== null && this._speaking === true);
    }
    if (!this._available) this._move.cancel();
  }

  _showMove() {
    let any = false;
    for (const button of this._all("[data-command], .home")) {
      const phase = this._move.phase(button.dataset.command ?? "home");
      button.classList.toggle("waiting", phase === "waiting");
      button.classList.toggle("moving", phase === "moving");
      any ||= phase !== undefined;
    }
    this._get(".pad").classList.toggle("moving", any);
    if (!any) this._stillAt = 0; // what it sees has changed
  }

  _showStage() {
    const live = this._playing === true;
    const connecting = Boolean(this._player || this._loading || this._restart) && !live;
    const state = !this._available ? "offline" : live ? "live" : connecting ? "connecting" : "";
    this._get(".stage").classList.toggle("offline", state === "offline");
    this._get(".stage").classList.toggle("playing", live);
    this._get(".badge").className = `badge ${state}`;
    this._get(".badge").hidden = !state;
    this._get(".badge span").textContent = state && this._text(state);
    this._get(".mute").hidden = !live;
    const muted = this._player?.muted !== false;
    label(this._get(".mute"), this._text(muted ? "unmute" : "mute"), true);
    this._get(".mute ha-icon").icon = muted ? "mdi:volume-off" : "mdi:volume-high";
    const image = this._get(".still img");
    if (image) image.alt = this._text("picture", { name: this._name });
    this._get(".nothing").hidden = live || image !== null;
    this._get(".nothing span").textContent = this._text(this._available ? "loading" : "no_picture");
    const taken = live || this._stillIsOfNow ? undefined : this._takenAt;
    const age = this._get(".age");
    age.hidden = !image || !taken;
    if (age.hidden) return;
    age.textContent = ago(taken, languageOf(this._hass));
    age.title = new Date(taken).toLocaleString(languageOf(this._hass));
  }

  get _takenAt() {
    const image = this._hass.states[this._siblings()["image.last_capture"]];
    return this._camera?.attributes.captured_at ?? (image && Date.parse(image.state) ? image.state : undefined);
  }

  /** Bring the picture up to date; called now and then, and when something has changed. */
  _look() {
    if (!this._hass || this._hint() || !this.isConnected) return;
    this._lookLive();
    this._lookStill();
    this._showStage();
  }

  // The still ----------------------------------------------------------------------------------

  _lookStill() {
    const now = Date.now();
    const taken = this._takenAt;
    const due = now >= this._stillAt + STILL_INTERVAL || taken !== this._stillOf;
    const waiting = this._stillLoading && now < this._stillAt + STILL_PATIENCE;
    if (!this._visible || document.hidden || this._playing || this._move.held || !due || waiting) return;
    const picture = this._available
      ? this._camera.attributes.entity_picture
      : this._hass.states[this._siblings()["image.last_capture"]]?.attributes.entity_picture;
    if (!picture || (!this._available && !taken)) return;
    const image = new Image();
    this._stillAt = now;
    this._stillLoading = image;
    // While somebody watches live, the still is a frame of that.
    const ofNow = this._camera.state === "streaming";
    image.onload = () => this._stillLoaded(image, ofNow);
    image.onerror = () => this._stillLoaded(image, ofNow, true);
    image.src = this._hass.hassUrl(`${picture}&card=${now}`);
  }

  _stillLoaded(image, ofNow, failed = false) {
    if (this._stillLoading !== image) return;
    this._stillLoading = null;
    this._stillOf = this._takenAt;
    if (!failed) {
      this._stillIsOfNow = ofNow;
      this._get(".still").replaceChildren(image);
      const shape = `${image.naturalWidth} / ${image.naturalHeight}`;
      this._get(".stage").style.setProperty("--shape", shape);
    }
    this._showStage();
  }

  _forgetPicture() {
    this._endLive();
    this._stillAt = this._liveFrom = this._livePause = 0;
    this._stillLoading = null;
    this._stillOf = undefined;
    this._get(".still").replaceChildren();
  }

  // The live picture: Home Assistant's player --------------------------------------------------

  _lookLive() {
    const now = Date.now();
    if (this._visible && !document.hidden) this._seenAt = now;
    const wanted =
      this._config.live &&
      this._available &&
      (this._camera.attributes.supported_features & STREAM) !== 0 &&
      this._hass.config.components.includes("stream") &&
      this.getRootNode().host?.localName !== "hui-card-picker" && // a preview is worth no stream
      now - (this._seenAt ?? 0) < AWAY;
    if (!wanted) this._endLive();
    else if (this._player && this._hasStalled(now)) this._liveFailed();
    else if (this._hasProven) this._livePause = 0;
    else if (!this._player && !this._loading && !this._restart && now >= this._liveFrom) this._startLive();
  }

  async _startLive() {
    const loading = (this._loading = {});
    const loaded = await loadPlayer(this._config.entity);
    if (this._loading !== loading) return; // not wanted any more
    this._loading = null;
    if (!loaded) {
      this._liveFailed();
      return;
    }
    const player = document.createElement("ha-camera-stream");
    Object.assign(player, { hass: this._hass, stateObj: this._camera, muted: true, controls: false });
    player.addEventListener("load", (event) => {
      if (this._player === player) this._liveShown(event.composedPath());
    });
    player.addEventListener("streams", (event) => {
      if (this._player === player && event.detail?.hasVideo === false) this._liveFailed();
    });
    this._player = player;
    this._progress = { at: Date.now() };
    this._get(".player").replaceChildren(player);
    this._showStage();
  }

  _liveShown(path) {
    const inner = path.find((element) => element.shadowRoot?.querySelector?.("video"));
    if (!inner) return; // its own replacement for video: a still
    const now = Date.now();
    const { from = now } = this._progress;
    this._progress = { from, at: now, video: inner.shadowRoot.querySelector("video") };
    this._playing = true;
    this._showStage();
  }

  /** Whether the live picture has moved for so long that it works. */
  get _hasProven() {
    return this._playing && this._progress.at - this._progress.from > PROVEN;
  }

  _hasStalled(now) {
    const { video, time, at } = this._progress;
    if (!video) return now > at + LIVE_PATIENCE;
    if (video.currentTime !== time || document.hidden || video.paused) {
      Object.assign(this._progress, { time: video.currentTime, at: now });
      return false;
    }
    return now > at + STALLED;
  }

  _liveFailed() {
    const proven = this._hasProven; // it was only interrupted
    this._endLive();
    this._livePause = proven ? 0 : Math.min(this._livePause * 2 || LIVE_PAUSE, MAX_LIVE_PAUSE);
    this._liveFrom = Date.now() + this._livePause;
    if (proven) this._restart = setTimeout(() => this._startAgain(), RESTART);
    this._look();
  }

  _startAgain() {
    this._restart = null;
    this._look();
  }

  _endLive() {
    clearTimeout(this._restart);
    this._restart = null;
    this._player?.remove();
    this._player = this._loading = null;
    this._playing = false;
    this._progress = {};
  }

  // What people do -----------------------------------------------------------------------------

  _listen() {
    const cancel = () => this._letGo("cancel");
    const hides = () => document.hidden && cancel();
    this._outside = [
      [window, "pointerup", (event) => this._letGo("release", event.pointerId)],
      [window, "pointercancel", (event) => this._letGo("cancel", event.pointerId)],
      [window, "keyup", (event) => this._letGo("release", event.code)],
      [window, "keydown", (event) => this._escape(event)],
      [window, "blur", cancel],
      [window, "pagehide", cancel],
      [document, "visibilitychange", hides],
      [document, "visibilitychange", () => this._look()],
    ];
    for (const button of this._all("[data-command]")) this._listenTo(button);
    this.shadowRoot.addEventListener("keydown", (event) => this._keyDown(event));
    this.shadowRoot.addEventListener("focusout", (event) => {
      // Not when the focus moves on within the card, or a pointer holds a button.
      if (typeof this._pointer === "string" && !this.shadowRoot.contains(event.relatedTarget)) cancel();
    });
    this._get(".stop").addEventListener("click", () => this._move.stop());
    this._get(".capture").addEventListener("click", () => this._capture());
    this._get(".home").addEventListener("click", () => this._move.home());
    this._get(".media").addEventListener("click", () => this._browse());
    this._get(".more").addEventListener("click", () => this._moreInfo(this._config.entity));
    this._get(".mute").addEventListener("click", () => {
      if (this._player) this._player.muted = !this._player.muted;
      this._showStage();
    });
    this._get(".speak").addEventListener("submit", (event) => {
      event.preventDefault();
      this._speak();
    });
  }

  _listenTo(button) {
    const { command } = button.dataset;
    if (command === "stop") return;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || button.disabled) return;
      // A finger that slides off has let go: by itself, a touch would stay with its first button.
      if (button.hasPointerCapture(event.pointerId)) button.releasePointerCapture(event.pointerId);
      this._press(command, event.pointerId);
    });
    button.addEventListener("pointerleave", (event) => this._letGo("cancel", event.pointerId));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("click", (event) => {
      // Not made by a pointer: a screen reader's way to press.
      if (event.detail === 0 && event.pointerId !== this._lastPointer) this._move.tap(command);
    });
  }

  _keyDown(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.localName === "input") return;
    let command = KEYS[event.key];
    if ([" ", "Enter"].includes(event.key)) command = event.target.dataset?.command;
    if (!command) return;
    const button = this._get(`[data-command=${command}]`);
    if (button.disabled || button.classList.contains("gone") || button.closest("[hidden]")) return;
    event.preventDefault();
    if (event.repeat) return;
    if (command === "stop") this._move.stop();
    else this._press(command, event.code);
  }

  /** Wherever the focus is and whatever is shown: Escape stops what is held, and does no more. */
  _escape(event) {
    if (event.key !== "Escape" || !this._move.held) return;
    event.preventDefault();
    event.stopPropagation();
    this._move.stop();
  }

  _press(command, by) {
    if (this._move.press(command)) this._pointer = by;
  }

  /** `by` says who let go; without it, whoever it was has to. */
  _letGo(how, by = this._pointer) {
    if (this._pointer === null || by !== this._pointer) return;
    this._lastPointer = this._pointer;
    this._pointer = null;
    this._move[how]();
  }

  /** The integration takes the end of the range for no error: its sensor tells. */
  _lookForEndStop(before) {
    const id = this._siblings()["sensor.last_error"];
    const [then, now] = [before.states[id], this._hass.states[id]];
    if (now === then || now?.state !== "ptz_end_stop" || now.attributes.at === then?.attributes.at) return;
    if (!this._move.isSteering) return;
    this._move.reachEnd();
    this._fire("hass-notification", { message: this._text("end_stop") });
  }

  async _capture() {
    const taken = this._act(DOMAIN, "capture", {}, this._config.entity);
    if (await this._busy(this._get(".capture"), taken)) this._confirmCapture();
    this._stillAt = 0;
    this._look();
  }

  /** A flash and a check: the photo is taken. */
  _confirmCapture() {
    const show = (taken) => {
      this._get(".stage").classList.toggle("taken", taken);
      this._get(".capture ha-icon").icon = taken ? "mdi:check" : "mdi:camera-iris";
    };
    clearTimeout(this._captureTimer);
    this._captureTimer = setTimeout(show, CONFIRMATION, false);
    show(true);
  }

  async _speak() {
    const input = this._get(".speak input");
    const message = input.value.trim();
    if (!message || this._speaking) return;
    this._speaking = true;
    this._showControls();
    const speaker = this._siblings()["notify.speaker"];
    const sent = this._act("notify", "send_message", { message }, speaker);
    if (await this._busy(this._get(".send"), sent)) input.value = "";
    this._speaking = false;
    this._showControls();
    // On to the next sentence, unless the user has gone elsewhere meanwhile.
    const { activeElement } = document;
    const here = this._get(".speak").contains(this.shadowRoot.activeElement);
    if (here || !activeElement || activeElement === document.body) input.focus();
  }

  async _browse() {
    const entity = this._siblings()["media_player.speaker"];
    try {
      // The dialog belongs to Home Assistant's media control card, which knows how to open it.
      const helpers = await window.loadCardHelpers();
      helpers.createCardElement({ type: "media-control", entity });
      await defined("hui-media-control-card");
      const card = document.createElement("hui-media-control-card");
      card.hidden = true;
      card.setConfig({ type: "media-control", entity });
      card.hass = this._hass;
      this.shadowRoot.append(card);
      card._handleBrowseMedia();
      card.remove();
    } catch {
      this._moreInfo(entity);
    }
  }

  _moreInfo(entityId) {
    this._fire("hass-more-info", { entityId });
  }

  // Home Assistant -----------------------------------------------------------------------------

  /** Call an action of an entity; return whether it worked, and say so if it did not. */
  async _act(domain, service, data, entityId, report = () => true) {
    try {
      await this._hass.callService(domain, service, data, { entity_id: entityId }, false);
      return true;
    } catch (error) {
      if (report()) this._fire("hass-notification", { message: await this._explain(error) });
      return false;
    }
  }

  async _explain(error) {
    const { translation_domain: domain, translation_key: key } = error ?? {};
    if (domain && key) {
      const localize = await this._hass.loadBackendTranslation("exceptions", domain);
      const name = `component.${domain}.exceptions.${key}.message`;
      const message = localize(name, error.translation_placeholders);
      if (message) return message;
    }
    return error?.message || this._text("disconnected");
  }

  async _busy(button, work) {
    button.classList.add("busy");
    const result = await work;
    button.classList.remove("busy");
    return result;
  }

  _fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
  }
}

function stub(entity) {
  return { entity, live: true, show_ptz: true, show_lens: true, show_voice: true };
}

function label(element, words, tooltip = false) {
  element.setAttribute("aria-label", words);
  if (tooltip) element.title = words;
}

function ago(time, language) {
  const seconds = Math.min(0, (new Date(time) - Date.now()) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (seconds > -10) return format.format(0, "second");
  if (seconds > -60) return format.format(Math.ceil(seconds / 5) * 5, "second");
  if (seconds > -3600) return format.format(Math.ceil(seconds / 60), "minute");
  if (seconds > -86400) return format.format(Math.ceil(seconds / 3600), "hour");
  return format.format(Math.ceil(seconds / 86400), "day");
}

function defined(tag) {
  const late = new Promise((_, reject) => setTimeout(reject, 15000, new Error(`no ${tag}`)));
  return Promise.race([customElements.whenDefined(tag), late]);
}

/** Have Home Assistant load its player, which it does for a card that shows a live picture. */
async function loadPlayer(entity) {
  try {
    if (!customElements.get("ha-camera-stream")) {
      const helpers = await window.loadCardHelpers();
      helpers.createCardElement({ type: "picture-entity", entity, camera_view: "live" });
      await defined("ha-camera-stream");
    }
    return true;
  } catch {
    return false;
  }
}

if (!customElements.get(TAG)) {
  customElements.define(TAG, SodalifeCameraCard);
  window.customCards ??= [];
  window.customCards.push({
    type: TAG,
    get name() {
      return text(null, "card");
    },
    get description() {
      return text(null, "card_about");
    },
    preview: true,
    documentationURL: "https://github.com/sodalife-ha/sodalife#the-card",
    // Newer versions of Home Assistant suggest cards for an entity.
    getEntitySuggestion: (hass, entityId) =>
      entityId.startsWith("camera.") && hass.entities?.[entityId]?.platform === DOMAIN
        ? { config: { type: `custom:${TAG}`, ...stub(entityId) } }
        : null,
  });
}
