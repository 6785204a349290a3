/** How the card looks: Home Assistant's colours and shapes wherever it has them. */
export const CSS = `
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
.steer { --cell: 60px; --corner: 44px; --rocker: 54px; }
.pad {
  display: grid; grid-template-columns: repeat(3, var(--cell)); grid-auto-rows: var(--cell);
  border-radius: 50%; background: var(--secondary-background-color);
}
.pad button, .rocker button { border-radius: 50%; touch-action: none; --mdc-icon-size: 32px; }
.pad .up_left, .pad .up_right, .pad .down_left, .pad .down_right {
  --mdc-icon-size: 18px; width: var(--corner); height: var(--corner); color: var(--secondary-text-color);
}
.pad .up_left, .pad .up_right { align-self: end; }
.pad .up_left, .pad .down_left { justify-self: end; }
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
  width: var(--rocker); height: calc(2.8 * var(--cell)); border-radius: 27px; background: var(--secondary-background-color);
}
.rocker button { width: var(--rocker); height: var(--cell); border-radius: 27px; --mdc-icon-size: 26px; }
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
  .steer { gap: 4px; justify-content: space-between; --cell: 52px; --corner: 38px; --rocker: 48px; }
  .steer:has(> .pad.empty) { gap: 20px; }
  .actions { gap: 6px; }
  .actions button { gap: 4px; padding: 0 2px; font-size: 13px; --mdc-icon-size: 18px; --around: -3px; }
}
@container (min-width: 760px) {
  .body { display: grid; grid-template-columns: 1fr 340px; align-items: center; }
  .stage:focus-visible::after { --ring: var(--radius) 0 0 var(--radius); }
  .stage { border-radius: 0; height: 100%; min-height: 100%; aspect-ratio: auto; min-height: 340px; }
}`;
