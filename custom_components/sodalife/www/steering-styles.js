/** How the controls look. */
export const CSS = `
/* White words can be read on it, whatever the theme. */
.controls { --strong: color-mix(in srgb, var(--primary-color) 70%, black); }
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
.rocker span { font-size: 12px; }
@media (hover: hover) {
  .pad button:enabled:hover, .rocker button:enabled:hover, .actions button:enabled:hover {
    background-color: color-mix(in srgb, var(--primary-text-color) 10%, var(--secondary-background-color));
  }
}
button.waiting, button.moving {
  background-color: var(--strong) !important; color: #fff !important;
}
button.busy:disabled { opacity: 1; }
button.waiting ha-icon, button.busy ha-icon { position: relative; }
button.waiting ha-icon::after, button.busy ha-icon::after {
  content: ""; position: absolute; inset: var(--around, -6px); border-radius: 50%;
  border: 2px solid currentColor; border-top-color: transparent; animation: turn 0.9s linear infinite;
}
.actions { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 8px; }
.actions button {
  gap: 8px; height: 44px; border-radius: 22px; padding: 0 10px; min-width: 0; font-weight: 500;
  font-size: 14px; background: var(--secondary-background-color); --mdc-icon-size: 20px; --around: -5px;
}
.actions span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.actions .capture {
  background: var(--strong); color: #fff;
}
.actions .capture:enabled:hover { background-color: var(--strong); filter: brightness(1.08); }
@container (max-width: 340px) {
  .steer { gap: 4px; justify-content: space-between; --cell: 52px; --corner: 38px; --rocker: 46px; }
  .steer:has(> .pad.empty) { gap: 20px; }
  .controls { padding: 12px 8px; }
  .actions { gap: 6px; }
  .actions button { gap: 4px; padding: 0 2px; font-size: 13px; --mdc-icon-size: 18px; --around: -3px; }
}
/* A few columns of a section: one below the other, and buttons without words. */
@container (max-width: 275px) {
  .steer { flex-wrap: wrap; justify-content: center; --cell: 44px; --corner: 34px; --rocker: 44px; }
  .pad { order: -1; }
  .rocker { flex-direction: row; width: 100%; height: var(--cell); }
  .actions span { display: none; }
}
@container (min-width: 760px) {
  .controls { align-self: center; }
}`;
