import { sheet } from './sheet.ts';

export const menuSheet = sheet(`
:host {
  --_size: var(--presence-size, 12px);
  --_line: color-mix(in srgb, var(--_ink) 16%, transparent);
  --_tint: color-mix(in srgb, var(--_ink) 6%, transparent);
  --_chosen: color-mix(in srgb, var(--_accent) 16%, transparent);
  max-inline-size: 100%;
}
button, input { font: inherit; color: inherit; letter-spacing: inherit }
button { cursor: pointer }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px }
.button {
  display: inline-flex;
  align-items: center;
  gap: .55em;
  min-inline-size: 0;
  max-inline-size: 100%;
  min-block-size: 36px;
  padding: .3em .7em;
  border: 1px solid var(--_line);
  border-radius: 999px;
  background: var(--_surface);
  color: var(--_ink);
}
.button:hover:enabled { background: color-mix(in srgb, var(--_ink) 6%, var(--_surface)) }
.button:disabled { cursor: default }
.chevron {
  flex: none;
  inline-size: .45em;
  block-size: .45em;
  margin-block-end: .2em;
  border: solid currentColor;
  border-width: 0 1.5px 1.5px 0;
  rotate: 45deg;
  opacity: .7;
}
.menu {
  position: fixed;
  inset: auto;
  top: var(--_top, 0);
  bottom: var(--_bottom, auto);
  left: var(--_left, 0);
  inline-size: min(22rem, calc(100vw - 16px));
  max-block-size: min(var(--_room, 100vh), calc(100vh - 16px));
  margin: 0;
  padding: 0;
  overflow: auto;
  border: 1px solid var(--_line);
  border-radius: calc(var(--_radius) + 4px);
  background: var(--_surface);
  color: var(--_ink);
  font-size: .9375rem;
  line-height: 1.4;
  text-align: start;
  box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 12px 32px -8px rgb(0 0 0 / .32);
}
.menu:not(.placed) { visibility: hidden }
form { display: flex; flex-direction: column; gap: 14px; margin: 0; padding: 14px }
.group { min-inline-size: 0; margin: 0; padding: 0; border: 0 }
.group[hidden] { display: none }
.legend { margin: 0 0 6px; padding: 0; font-size: .8125rem; font-weight: 600; opacity: .78 }
.choices { display: flex; flex-wrap: wrap; gap: 6px }
.choice {
  position: relative;
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: .45em;
  min-block-size: 34px;
  padding: .2em .75em;
  border: 1px solid var(--_line);
  border-radius: var(--_radius);
  background: none;
  cursor: pointer;
}
.availability .choice { flex: 1 1 0 }
.expiry .choice { flex: 1 1 auto; padding-inline: .55em; font-size: .875rem }
.choice input { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; margin: 0; opacity: 0; cursor: pointer }
.choice:hover { background: var(--_tint) }
.choice:has(:checked) { border-color: var(--_accent); background: var(--_chosen); box-shadow: inset 0 0 0 1px var(--_accent) }
.choice:has(:focus-visible) { outline: 2px solid var(--_accent); outline-offset: 2px }
.field {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  border: 1px solid color-mix(in srgb, var(--_ink) 52%, transparent);
  border-radius: var(--_radius);
}
.field:focus-within { outline: 2px solid var(--_accent); outline-offset: -1px }
.field input { min-block-size: 38px; padding: .3em .5em; border: 0; outline: 0; background: none }
.emoji-input { flex: none; inline-size: 2.8em; text-align: center; border-inline-end: 1px solid var(--_line) !important }
.text-input { flex: 1 1 8em; min-inline-size: 0 }
::placeholder { color: inherit; opacity: .66 }
.left { padding-inline-end: .6em; font-size: .8125rem; opacity: .78 }
.left:empty { display: none }
.field:has([aria-invalid="true"]) { border-color: var(--_busy) }
.palette { display: grid; grid-template-columns: repeat(9, 1fr); gap: 2px; margin-block-start: 6px }
.emoji-choice, .emoji-input, .emoji { font-family: var(--_emoji) }
.emoji-choice {
  min-block-size: 34px;
  padding: 0;
  border: 0;
  border-radius: var(--_radius);
  background: none;
  font-size: 1.125rem;
  line-height: 1;
}
.emoji-choice:hover { background: var(--_tint) }
.emoji-choice[aria-pressed="true"] { background: var(--_chosen); box-shadow: inset 0 0 0 1px var(--_accent) }
.toggle { display: flex; align-items: center; justify-content: space-between; gap: 1em; cursor: pointer }
.toggle .name { display: block; font-weight: 600 }
.toggle .hint { display: block; font-size: .875rem; opacity: .78 }
.switch {
  position: relative;
  flex: none;
  appearance: none;
  inline-size: 38px;
  block-size: 22px;
  margin: 0;
  border: 1px solid color-mix(in srgb, var(--_ink) 52%, transparent);
  border-radius: 11px;
  background: none;
  cursor: pointer;
}
.switch::before {
  content: "";
  position: absolute;
  inset-block-start: 3px;
  inset-inline-start: 3px;
  inline-size: 14px;
  block-size: 14px;
  border-radius: 50%;
  background: color-mix(in srgb, var(--_ink) 60%, var(--_surface));
}
.switch:checked { border-color: var(--_accent); background: var(--_accent) }
.switch:checked::before { inset-inline-start: 19px; background: #fff }
.because, .error { margin: 0; font-size: .8125rem }
.because { opacity: .78 }
.because:empty, .error:empty { display: none }
.error {
  padding: .5em .7em;
  border: 1px solid var(--_busy);
  border-radius: var(--_radius);
  background: color-mix(in srgb, var(--_busy) 10%, transparent);
}
.ends {
  position: sticky;
  inset-block-end: 0;
  display: flex;
  justify-content: space-between;
  gap: 8px;
  margin: 0 -14px -14px;
  padding: 10px 14px 14px;
  background: linear-gradient(to top, var(--_surface) 82%, transparent);
}
.plain, .save { min-block-size: 36px; padding: .3em 1em; border: 1px solid transparent; border-radius: var(--_radius) }
.plain { margin-inline-start: -.6em; padding-inline: .6em; background: none }
.plain:hover { background: var(--_tint) }
.save { background: var(--_accent); color: var(--presence-on-accent, #fff); font-weight: 600 }
.save:hover { background: color-mix(in srgb, var(--_accent) 88%, var(--_ink)) }
.save:disabled { opacity: .6; cursor: progress }
@media (prefers-reduced-motion: no-preference) {
  .switch::before { transition: inset-inline-start .15s ease-out }
  .menu.placed { animation: open .14s ease-out }
}
@keyframes open { from { opacity: 0; translate: 0 -4px } }
@media (forced-colors: active) {
  .choice:has(:checked), .emoji-choice[aria-pressed="true"] { outline: 2px solid Highlight; outline-offset: -2px }
  .switch:checked { background: Highlight }
  .switch::before { background: CanvasText }
  .save { border-color: ButtonText }
}
`);
