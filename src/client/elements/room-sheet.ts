import { sheet } from './sheet.ts';

export const roomSheet = sheet(`
:host {
  --_avatar: var(--presence-avatar-size, 2em);
  --_size: max(10px, calc(var(--_avatar) * .34));
  align-items: center;
  gap: .65em;
  max-inline-size: 100%;
}
.avatars { isolation: isolate; display: flex; flex: none; margin: 0; padding: 2px; list-style: none }
.avatars[hidden] { display: none }
.avatars > li { position: relative; flex: none; inline-size: var(--_avatar); block-size: var(--_avatar) }
.avatars > li + li { margin-inline-start: calc(var(--_avatar) * -.16) }
.avatar, .more {
  display: grid;
  place-items: center;
  inline-size: 100%;
  block-size: 100%;
  border-radius: 50%;
  font-weight: 600;
  font-size: .72em;
  line-height: 1;
  letter-spacing: .01em;
  box-shadow: 0 0 0 2px var(--_ring);
}
/* The server's colours for people are such that white is readable on them. */
.avatar { background: var(--_color); color: #fff }
.more {
  background: color-mix(in srgb, var(--_ink) 9%, var(--_surface));
  color: var(--_ink);
}
.member .dot {
  position: absolute;
  inset-block-end: -2px;
  inset-inline-end: -3px;
  box-sizing: content-box;
  padding: 2px;
  border-radius: 50%;
  background: var(--_ring);
}
.words { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: .6em; min-inline-size: 0 }
.doing { opacity: .78; font-size: .92em; min-inline-size: 0; overflow-wrap: anywhere }
.doing:empty { display: none }
@media (prefers-reduced-motion: no-preference) {
  .member { animation: join .25s ease-out }
  .typing .avatar { animation: breathe 1.4s ease-in-out infinite }
}
@keyframes join { from { opacity: 0; transform: scale(.7) } }
@keyframes breathe { 50% { box-shadow: 0 0 0 2px var(--_ring), 0 0 0 4px var(--_color) } }
@media (forced-colors: active) {
  .avatar, .more { border: 1px solid CanvasText }
}
`);
