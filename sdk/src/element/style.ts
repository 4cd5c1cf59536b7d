/**
 * The element's style sheet; every colour can be set from the page, but the QR's own never can. What
 * stands on a card has colours of its own, so that a page may be dark and its cards stay white.
 */
export const style = `
:host {
  --_ink: var(--qrgate-ink, #0b1f2a);
  --_ink-soft: var(--qrgate-ink-soft, #4a6572);
  --_line: var(--qrgate-line, #d5e2e6);
  --_line-strong: var(--qrgate-line-strong, #b9cdd3);
  --_accent: var(--qrgate-accent, #0f766e);
  --_accent-deep: var(--qrgate-accent-deep, #0b5d57);
  --_accent-wash: var(--qrgate-accent-wash, #e1f2f0);
  --_green: var(--qrgate-green, #15803d);
  --_green-wash: var(--qrgate-green-wash, #e5f5ea);
  --_amber: var(--qrgate-amber, #92400e);
  --_amber-wash: var(--qrgate-amber-wash, #fef3c7);
  --_red: var(--qrgate-red, #b42318);
  --_red-wash: var(--qrgate-red-wash, #fdeceb);
  --_on-accent: var(--qrgate-on-accent, #fff);
  --_card: var(--qrgate-card, #fff);
  --_card-ink: var(--qrgate-card-ink, #0b1f2a);
  --_card-ink-soft: var(--qrgate-card-ink-soft, #4a6572);
  --_card-accent: var(--qrgate-card-accent, var(--_accent));
  --_shadow: var(--qrgate-shadow,
    0 24px 60px -24px rgb(11 31 42 / 18%), 0 2px 8px rgb(11 31 42 / 5%));
  --_scale: var(--qrgate-text-scale, 1);
  display: block;
  inline-size: min(100%, 32rem);
  margin-inline: auto;
  container-type: inline-size;
  color: var(--_ink);
  text-align: center;
  word-break: keep-all;
  overflow-wrap: anywhere;
}
:host([hidden]), [hidden] { display: none !important; }
.screen { display: flex; flex-direction: column; align-items: center; gap: 4cqi; }
.screen:focus { outline: none; }
.message { display: flex; flex-direction: column; align-items: center; gap: 4cqi; inline-size: 100%; }
h2 {
  margin: 0;
  font-size: calc(clamp(1.25rem, 7.2cqi, 3.25rem) * var(--_scale));
  font-weight: 700;
  line-height: 1.25;
  letter-spacing: -0.02em;
  text-wrap: balance;
}
p { margin: 0; }
.text {
  max-inline-size: 24em;
  color: var(--_ink-soft);
  font-size: calc(clamp(1rem, 4.2cqi, 2rem) * var(--_scale));
  line-height: 1.55;
  white-space: pre-line;
  text-wrap: balance;
}
.code-card, .ticket, button:not(.ask, .hide) {
  --_ink: var(--_card-ink);
  --_ink-soft: var(--_card-ink-soft);
  color: var(--_ink);
  background: var(--_card);
}
button {
  min-block-size: max(3.5rem, 48px);
  margin-block-start: 2cqi;
  padding: 0.7em 1.6em;
  border: 1px solid var(--_line-strong);
  border-radius: 16px;
  font: inherit;
  font-size: calc(clamp(1.0625rem, 4cqi, 1.75rem) * var(--_scale));
  font-weight: 600;
  cursor: pointer;
}
button.primary {
  border-color: transparent;
  border-radius: 20px;
  padding: 0.9em 2.2em;
  color: var(--_on-accent);
  background: var(--_accent);
  font-weight: 700;
}
button.primary:hover { background: var(--_accent-deep); }
.code-help button {
  margin-block-start: 0;
  padding: 0.5em 1em;
  border-color: transparent;
  color: var(--_ink-soft);
  background: none;
  font-size: calc(clamp(1rem, 4cqi, 1.75rem) * var(--_scale));
}
.code-help button:disabled { opacity: 0.6; cursor: default; }
button:focus-visible { outline: 3px solid var(--_accent); outline-offset: 3px; }
.code-card button:focus-visible { outline-color: var(--_card-accent); }
.badge {
  display: grid;
  place-items: center;
  inline-size: clamp(5rem, 24cqi, 9rem);
  aspect-ratio: 1;
  border-radius: 50%;
  color: var(--_accent);
  background: var(--_accent-wash);
}
.badge svg { inline-size: 54%; fill: none; stroke: currentcolor; stroke-width: 2; }
.badge path { stroke-linecap: round; stroke-linejoin: round; }
.badge.good { color: var(--_green); background: var(--_green-wash); }
.badge.attention { color: var(--_amber); background: var(--_amber-wash); }
.badge.refused { color: var(--_red); background: var(--_red-wash); }
.card {
  box-sizing: border-box;
  inline-size: 100%;
  aspect-ratio: 1;
  padding: 3.5cqi;
  border-radius: 24px;
  background: #fff;
  box-shadow: var(--_shadow);
  forced-color-adjust: none;
}
.bar {
  inline-size: 91%;
  block-size: clamp(5px, 1.2cqi, 12px);
  border-radius: 99px;
  background: var(--_line);
  overflow: hidden;
}
.fill { block-size: 100%; border-radius: inherit; background: var(--_accent); transform-origin: left; }
.fill:dir(rtl) { transform-origin: right; }
.time {
  color: var(--_ink-soft);
  font-size: calc(clamp(1rem, 4cqi, 2rem) * var(--_scale));
  font-variant-numeric: tabular-nums;
}
.time b { color: var(--_ink); font-weight: 700; }
.code-help {
  inline-size: 100%;
  color: var(--_ink-soft);
  font-size: calc(clamp(1rem, 3.6cqi, 1.5rem) * var(--_scale));
}
.code-card {
  box-sizing: border-box;
  padding: 1em 1em 0.25em;
  border-radius: 24px;
  box-shadow: var(--_shadow);
  color: var(--_ink-soft);
}
.code-card:focus { outline: none; }
.code-card .address { margin-block-end: 0.5em; color: var(--_ink); font-weight: 700; }
.code-card .code {
  color: var(--_ink);
  font-size: min(2.6em, 12.5cqi);
  font-weight: 700;
  line-height: 1.35;
  letter-spacing: 0.06em;
  white-space: nowrap;
}
.code-card b { color: var(--_ink); font-variant-numeric: tabular-nums; }
.unseen {
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
.services {
  display: grid;
  grid-template-columns: repeat(2, minmax(0, 1fr));
  gap: 3cqi;
  inline-size: 100%;
  margin: 0;
  padding: 0;
  list-style: none;
}
.services li:only-child { grid-column: 1 / -1; }
.services :is(button, div) {
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  align-items: start;
  gap: 0.3em;
  inline-size: 100%;
  block-size: 100%;
  margin: 0;
  padding: 1.2em 1em;
  border: 1px solid transparent;
  border-radius: 24px;
  box-shadow: var(--_shadow);
  font-size: calc(clamp(1.0625rem, 4cqi, 1.75rem) * var(--_scale));
  text-align: start;
}
.services div { border-color: var(--_line-strong); color: var(--_ink-soft); background: none; box-shadow: none; }
.services svg { inline-size: 2.2em; fill: none; stroke: var(--_card-accent); stroke-width: 1.7; }
.services div svg { stroke: currentcolor; }
.services path { stroke-linecap: round; stroke-linejoin: round; }
.services b { font-size: calc(clamp(1.0625rem, 4.6cqi, 1.9rem) * var(--_scale)); }
.services span {
  color: var(--_ink-soft);
  font-size: calc(clamp(0.9375rem, 3.4cqi, 1.35rem) * var(--_scale));
  font-weight: 400;
}
.ticket {
  box-sizing: border-box;
  inline-size: 100%;
  padding: 5cqi;
  border-radius: 24px;
  box-shadow: var(--_shadow);
  color: var(--_ink-soft);
  font-size: calc(clamp(1rem, 3.8cqi, 1.6rem) * var(--_scale));
}
.ticket .number { color: var(--_ink); font-size: 21cqi; font-weight: 700; line-height: 1.15; }
.cells { display: flex; flex-wrap: wrap; justify-content: center; gap: 2cqi 6cqi; margin: 2cqi 0 0; }
.cells dd { margin: 0; color: var(--_ink); font-weight: 700; }
.where { margin-block-start: 3cqi; white-space: pre-line; }
.finish { display: flex; flex-direction: column; align-items: center; gap: 2cqi; }
.finish button { display: inline-flex; align-items: center; gap: 0.6em; }
.ring { position: relative; display: grid; place-items: center; inline-size: 2.1em; aspect-ratio: 1; }
.ring svg { position: absolute; inset: 0; transform: rotate(-90deg); }
.ring circle { fill: none; stroke-width: 4; }
.ring .whole { stroke: currentcolor; opacity: 0.18; }
.ring .rest { stroke: var(--_card-accent); stroke-linecap: round; }
.ring b { font-size: 0.8em; font-variant-numeric: tabular-nums; }
@media (prefers-reduced-motion: no-preference) {
  .ring .rest { transition: stroke-dashoffset 180ms linear; }
}
@media (forced-colors: active) {
  /* Whatever is written has the system's own colour, also where the page around has another for it. */
  :host {
    --_ink: CanvasText;
    --_ink-soft: CanvasText;
    --_accent: CanvasText;
    --_accent-deep: CanvasText;
    --_on-accent: CanvasText;
    --_card-ink: CanvasText;
    --_card-ink-soft: CanvasText;
    --_card-accent: CanvasText;
    --_green: CanvasText;
    --_amber: CanvasText;
    --_red: CanvasText;
  }
  .ring .whole { stroke: GrayText; opacity: 1; }
  .ring .rest { stroke: CanvasText; }
  .badge, .code-card, .ticket { border: 1px solid CanvasText; }
  button.primary { border-width: 3px; }
  .bar { border: 1px solid CanvasText; }
  .fill { background: CanvasText; }
}
`
