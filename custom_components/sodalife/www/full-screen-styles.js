/** How the card looks over the whole page. */
export const CSS = `
.body.large {
  position: fixed; inset: 0; z-index: 10; width: 100vw; height: 100dvh; background: #000; color: #fff;
  display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); overflow: hidden;
  --secondary-background-color: rgba(40, 44, 48, 0.72); --card-background-color: rgba(90, 96, 102, 0.9);
  --primary-text-color: #fff; --secondary-text-color: #e0e0e0; --divider-color: rgba(255, 255, 255, 0.5);
  color-scheme: dark;
}
.large .picture { grid-area: 1 / 1; min-height: 0; position: relative; background: #000; color: #fff; }
.large .stage { height: 100%; aspect-ratio: auto; container-type: size; background: #000; touch-action: none; cursor: default; }
.large .view { width: min(100cqw, calc(100cqh * (var(--shape, 16 / 9)))); }
.large .caption {
  position: absolute; top: 0; left: 0; right: 0; padding: 8px 12px;
  padding-top: max(8px, env(safe-area-inset-top)); background: linear-gradient(rgba(0, 0, 0, 0.75), transparent);
}
.large .glass { width: 44px; height: 44px; background: rgba(0, 0, 0, 0.6); }
.large .why { position: absolute; left: 12px; top: 64px; max-width: min(480px, 60vw); border-radius: 12px; }
/* What lies on the picture fades while nobody does anything. */
.large .caption, .large .controls { transition: opacity 0.4s; }
.large.idle .caption:not(:focus-within) { opacity: 0; }
.large .controls {
  position: relative; z-index: 1;
  grid-area: 1 / 1; place-self: end; box-sizing: border-box; width: 340px; max-width: 100vw;
  max-height: calc(100dvh - 84px); /* with many phrases, the button that closes stays free all the same */
  overflow: auto; margin: 0 max(12px, env(safe-area-inset-right)) max(12px, env(safe-area-inset-bottom)) 0;
  padding: 12px; gap: 12px; border-radius: 28px; background: rgba(0, 0, 0, 0.35);
}
.large .glass.enlarge, .large .glass.reduce { display: inline-flex; }
.glass.enlarge, .glass.reduce { display: none; }
@media (orientation: landscape) {
  .large.idle .controls:not(:focus-within) { opacity: 0.3; }
}
@media (orientation: portrait) {
  .body.large { grid-template: minmax(0, 1fr) auto / minmax(0, 1fr); }
  .large .controls { grid-area: 2 / 1; place-self: end center; margin-right: 0; background: none; max-height: 60dvh; }
}
@media (max-height: 420px) and (orientation: landscape) {
  .large .controls { --cell: 52px; padding: 8px; gap: 8px; }
  .large .steer { --cell: 48px; --corner: 36px; --rocker: 48px; }
}
`;
