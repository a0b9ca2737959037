/** `<presence-menu>`: one's own dot and status on a button, and behind it what there is to choose. */
import type { PresenceClient, Viewer } from '../types.ts';
import { type Body, defineElement, type Part } from './define.ts';
import { make } from './make.ts';
import { createForm } from './menu-form.ts';
import { menuSheet } from './menu-sheet.ts';
import { createPopover } from './popover.ts';
import { createDot } from './shape.ts';
import { base } from './sheet.ts';
import { createLine, type LineWords, statusLine, statusWords } from './status.ts';
import { languageOf } from './time.ts';
import { words } from './words.ts';

export function defineMenu(): void {
  defineElement({
    name: 'presence-menu',
    follows: [],
    draws: [],
    timed: true,
    sheets: () => [base(), statusLine(), menuSheet()],
    create: createMenu,
  });
}

function createMenu({ host, shadow, redraw }: Body): Part {
  const dot = createDot();
  const line = createLine();
  const button = make('button', { type: 'button', part: 'button', class: 'button' }, dot.svg, line.element);
  button.append(make('span', { class: 'chevron', 'aria-hidden': 'true' }));
  let client: PresenceClient | null = null;
  const form = createForm({
    client: () => client,
    language: () => languageOf(host),
    done: () => popover.close(),
  });
  const popover = createPopover(button, form);
  shadow.append(button, popover.element);

  return {
    follow: (followed) => followed.me.onChange(redraw),
    draw(current) {
      client = current;
      const viewer = client?.me.current ?? null;
      const shown = lineOf(viewer, languageOf(host));
      dot.show(viewer === null ? 'UNKNOWN' : seen(viewer), { stale: viewer?.seenAs.stale === true, said: null });
      line.show(shown);
      button.disabled = viewer === null;
      button.setAttribute('aria-label', words().change([shown.emoji, shown.text, shown.time].join(' ').trim()));
      popover.element.setAttribute('aria-label', words().myStatus);
      form.draw(viewer);
    },
  };
}

/** What others see: the button is for those who must be able to trust that they are hidden. */
function seen(viewer: Viewer): Viewer['availability'] {
  return viewer.invisible ? 'OFFLINE' : viewer.availability;
}

function lineOf(viewer: Viewer | null, language: string): LineWords {
  const plain = (text: string) => ({ emoji: '', text, time: '', quiet: false });
  if (viewer === null) return { ...plain(words().connecting), quiet: true };
  if (viewer.invisible) return plain(words().invisible);
  return viewer.status === null
    ? plain(words().availability[viewer.availability])
    : statusWords(viewer.status, viewer, language);
}
