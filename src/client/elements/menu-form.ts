/** What is behind the button: a draft is made, and saved by one call. Being invisible is a switch, and acts at once. */
import { report } from '../listeners.ts';
import type { Availability, Me, PresenceClient, Viewer } from '../types.ts';
import { createChoices } from './choices.ts';
import { type Draft, pickOf, statusOf, worn } from './draft.ts';
import { type Expiry, expiriesFor, expiryName, momentOf } from './expiry.ts';
import { make, say } from './make.ts';
import type { Content } from './popover.ts';
import { createIcon } from './shape.ts';
import { createStatusField } from './status-field.ts';
import { createSuggestions } from './suggestions.ts';
import { createSwitch } from './switch.ts';
import { words } from './words.ts';

const PICKS = ['ONLINE', 'AWAY', 'BUSY'] as const satisfies readonly Availability[];

export interface MenuForm extends Content {
  readonly element: HTMLFormElement;
  draw(viewer: Viewer | null): void;
}

interface Options {
  readonly client: () => PresenceClient | null;
  readonly language: () => string;
  readonly done: () => void;
}

export function createForm({ client, language, done }: Options): MenuForm {
  let customStatusId: string | null = null; // until something of what it brought is changed
  const own = () => {
    customStatusId = null;
  };
  let underWay = 0; // calls; until they are answered the switch is as the person put it
  const picks = createChoices<Availability>('availability', own);
  const field = createStatusField(own);
  const suggestions = createSuggestions((status) => take(worn(status)));
  const expiry = createChoices<Expiry>('expiry', () => {});
  const invisible = createSwitch((on) => attempt((me) => me.setInvisible(on)));
  const because = make('p', { part: 'because', class: 'because', dir: 'auto' });
  const failure = make('p', { part: 'error', class: 'error', dir: 'auto', role: 'alert' });
  const clear = make('button', { type: 'button', part: 'clear', class: 'plain' });
  const save = make('button', { type: 'submit', part: 'save', class: 'save' });
  const element = make('form', { part: 'form', novalidate: '' }, picks.element, field.element, suggestions.element);
  element.append(expiry.element, invisible.element, because, failure, make('div', { class: 'ends' }, clear, save));

  element.addEventListener('submit', (event) => {
    event.preventDefault();
    if (field.isTooLong()) field.focus();
    else attempt((me) => me.setStatus(statusOf(draft())), done);
  });
  clear.addEventListener('click', () => attempt((me) => clearOf(me), done));

  const viewer = () => client()?.me.current ?? null;

  function draft(): Draft {
    const expiresAt = momentOf(expiry.value ?? 'never', viewer()?.status ?? null, new Date());
    return { availability: picks.value, ...field.said, customStatusId, expiresAt };
  }

  function take(said: Omit<Draft, 'expiresAt'>): void {
    picks.value = said.availability;
    field.show(said);
    customStatusId = said.customStatusId;
  }

  /** What the server says against it is shown, and then what is still true. */
  function attempt(act: (me: Me) => Promise<Viewer>, then: () => void = () => {}): void {
    const me = client()?.me;
    if (me === undefined) return;
    underWay++;
    save.disabled = true;
    say(failure, '');
    act(me)
      .then(then, (error: unknown) => say(failure, sentenceOf(error)))
      .finally(() => {
        underWay--;
        save.disabled = underWay > 0;
        draw(viewer());
      })
      .catch(report);
  }

  function draw(now: Viewer | null): void {
    if (underWay === 0) invisible.on = now?.invisible === true;
    const why = now?.explanation;
    say(because, why === undefined ? '' : words().because(why.rule, why.because));
  }

  function label({ status }: Viewer): void {
    const { availability, clearAfter, myStatus } = words();
    picks.offer(
      myStatus,
      PICKS.map((value) => ({ value, name: availability[value], icon: createIcon(value) })),
    );
    expiry.offer(
      clearAfter,
      expiriesFor(status).map((value) => ({ value, name: expiryName(value, status, language()) })),
    );
    invisible.label(words().invisible, words().invisibleHint);
    say(clear, words().clear);
    say(save, words().save);
    say(failure, '');
  }

  function opening(): void {
    const now = viewer();
    if (now === null) return;
    label(now);
    const { text, emoji, customStatusId = null, expiresAt } = now.status ?? {};
    take({ availability: pickOf(now), text: text ?? '', emoji: emoji ?? '', customStatusId });
    expiry.value = expiresAt == null ? 'never' : 'kept';
    suggestions.offer(words().suggestions, []);
    client()
      ?.customStatuses()
      .then((statuses) => suggestions.offer(words().suggestions, statuses))
      .catch((error: unknown) => say(failure, sentenceOf(error)));
  }

  return { element, opening, focus: picks.focus, draw };
}

/** Clearing the words is no reason to appear: whoever has picked to look offline goes on doing so. */
function clearOf(me: Me): Promise<Viewer> {
  return me.current?.manual === 'OFFLINE' ? me.setStatus({ availability: 'OFFLINE' }) : me.clearStatus();
}

/** The server's own sentence, unless the page has words for its code. */
function sentenceOf(error: unknown): string {
  const sentence = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return words().failed(code, sentence);
}
