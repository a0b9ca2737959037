/**
 * Style sheets as objects, not as `<style>` or `style=""`: a page's `style-src 'self'` allows them, and five hundred
 * dots share one. Made when first wanted, which is never where there is no page.
 */
export function sheet(css: string): () => CSSStyleSheet {
  let made: CSSStyleSheet | null = null;
  return () => {
    if (made !== null) return made;
    made = new CSSStyleSheet();
    made.replaceSync(css);
    return made;
  };
}

/** What everything is drawn with. Colours have 3:1 on white and on black, so that a page need not say which it is. */
export const base = sheet(`
:host {
  --_online: var(--presence-online, #1a9850);
  --_away: var(--presence-away, #c27a00);
  --_busy: var(--presence-busy, #df3e48);
  --_offline: var(--presence-offline, #7c8594);
  --_accent: var(--presence-accent, #4c5fd7);
  --_surface: var(--presence-surface, Canvas);
  --_ink: var(--presence-ink, CanvasText);
  --_ring: var(--presence-ring, Canvas);
  --_emoji: 'Apple Color Emoji', 'Segoe UI Emoji', 'Noto Color Emoji', sans-serif;
  --_radius: var(--presence-radius, 8px);
  display: inline-flex;
  box-sizing: border-box;
  vertical-align: middle;
  font: inherit;
  color: inherit;
}
:host([hidden]) { display: none }
*, *::before, *::after { box-sizing: inherit }
.heard {
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
svg.dot { display: block; flex: none; inline-size: var(--_size); block-size: var(--_size); overflow: visible }
svg.dot .halo { display: none; fill: none; stroke-width: 1.5; stroke-dasharray: 2.6 1.9 }
svg.dot .shape { transform-origin: center; transform-box: view-box }
svg.dot.online { color: var(--_online) }
svg.dot.away { color: var(--_away) }
svg.dot.busy { color: var(--_busy) }
svg.dot.offline, svg.dot.unknown { color: var(--_offline) }
svg.dot .shape { fill: currentColor }
svg.dot .halo { stroke: currentColor }
svg.dot.unknown { opacity: .45 }
svg.dot.stale .halo { display: block }
svg.dot.stale .shape { transform: scale(.56) }
@media (prefers-reduced-motion: no-preference) {
  svg.dot { transition: color .2s ease-out }
  svg.dot .shape { transition: transform .2s ease-out }
  svg.dot.changed .shape { animation: arrive .32s cubic-bezier(.3, 1.6, .5, 1) }
}
@keyframes arrive { from { transform: scale(.5) } }
@media (forced-colors: active) {
  svg.dot { color: CanvasText !important }
}
`);
