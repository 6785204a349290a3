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

/* It can lie over everything, but is shown where it is until then. */
.body {
  display: block; position: static; width: auto; height: auto; margin: 0; padding: 0; border: 0;
  overflow: visible; background: none; color: inherit;
}
.picture { display: flex; flex-direction: column; position: relative; }
.stage {
  position: relative; aspect-ratio: var(--shape, 16 / 9); overflow: hidden; background: #14171a; color: #fff;
  flex: 1; display: grid; place-items: center; cursor: zoom-in;
}
/* An outline would be painted below the picture, and cut off at the card's corners. */
.stage:focus-visible { outline: none; }
.stage:focus-visible::after {
  content: ""; position: absolute; inset: 0; pointer-events: none; border: 3px solid var(--primary-color);
  border-radius: var(--ring); box-shadow: inset 0 0 0 2px rgba(255, 255, 255, 0.8);
  --radius: var(--ha-card-border-radius, 12px); --ring: var(--radius) var(--radius) 0 0;
}
/* The picture's own box: whatever room there is, all of the picture is in it. */
.view { position: relative; width: 100%; aspect-ratio: var(--shape, 16 / 9); }
.still, .player, .nothing, .flash { position: absolute; inset: 0; }
.flash { background: #fff; opacity: 0; pointer-events: none; }
.taken .flash { animation: flash 0.45s ease-out; }
@keyframes flash { 15% { opacity: 0.85; } }
.still img { pointer-events: none; width: 100%; height: 100%; object-fit: contain; display: block; }
.stage.offline .still { filter: grayscale(1) brightness(0.6); }
.player { display: grid; align-items: center; opacity: 0; transition: opacity 0.3s; }
.player > * { grid-area: 1 / 1; width: 100%; --video-max-height: none; pointer-events: none; }
.stage.playing .player, .stage.frozen .player { opacity: 1; }
/* It is not now what the camera sees. */
.stage.frozen .player { filter: grayscale(1) brightness(0.6); }
.nothing {
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 8px;
  color: rgba(255, 255, 255, 0.75); --mdc-icon-size: 48px;
}
/* Below the picture: cameras print their name and the time onto it. */
.caption { display: flex; align-items: center; gap: 8px; min-height: 44px; padding: 4px 8px 0 16px; }
.name {
  flex: 1; min-width: 0; font-size: 16px; font-weight: 500;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
.badge, .age { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; font-size: 13px; }
.age { font-variant-numeric: tabular-nums; }
.badge { font-weight: 500; }
.badge i { width: 8px; height: 8px; border-radius: 50%; background: currentColor; }
.badge.live i { background: #ff3b30; }
.badge.connecting i, .badge.interrupted i { animation: breathe 1.2s infinite; }
.badge.offline i, .badge.interrupted i { background: #ffb300; }
.glass { width: 36px; height: 36px; border-radius: 50%; --mdc-icon-size: 20px; }
.tile:not(.large) .glass { display: none; }
.glass:hover { background: var(--secondary-background-color); }
.why {
  margin: 4px 16px 8px; padding: 10px 12px; border-radius: 12px; font-size: 14px; line-height: 1.4;
  background: var(--secondary-background-color); border-left: 4px solid #ffb300;
}
.said {
  position: absolute; bottom: 12px; max-width: calc(100% - 24px); box-sizing: border-box; padding: 6px 14px;
  border-radius: 16px; background: rgba(0, 0, 0, 0.8); font-size: 14px; text-align: center;
  opacity: 0; pointer-events: none; transition: opacity 0.3s;
}
.said.shown { opacity: 1; }

@keyframes turn { to { transform: rotate(1turn); } }
@keyframes breathe { 50% { opacity: 0.3; } }
@media (prefers-reduced-motion: reduce) {
  *, *::after { animation: none !important; transition: none !important; }
}

@container (max-width: 340px) {
  .caption { padding-left: 12px; gap: 4px; }
}
@container (max-width: 275px) {
  .caption { flex-wrap: wrap; }
}
@container (min-width: 760px) {
  .body:not(.large):has(> .controls:not([hidden])) { display: grid; grid-template-columns: 1fr 340px; }
  .stage:focus-visible::after { --ring: var(--radius) 0 0 0; }
  .stage { aspect-ratio: auto; }
}`;
