/**
 * The page at `/` in development: a team of six, of whom one is whoever looks. The address says who (`?as=ada`), and
 * who else is looked at in a frame beside it (`&with=grace`), where the same page is somebody else.
 */
import { connectPresence } from '../client/elements/index.ts';
import { make } from '../client/elements/make.ts';
import type { Connection, PresenceClient } from '../client/index.ts';
import { type Actor, actor, CAST, faceOf, paintFace } from './cast.ts';
import { byId, dotOf } from './dom.ts';
import { startLog } from './log.ts';
import { introduce } from './names.ts';
import { shareNotes } from './notes.ts';

const MEANINGS = [
  ['ONLINE', 'here'],
  ['AWAY', 'away from the keyboard'],
  ['BUSY', 'not to be disturbed'],
  ['OFFLINE', 'gone'],
] as const;

const address = new URL(location.href);
const me = actor(address.searchParams.get('as'));
const other = actor(address.searchParams.get('with'));
const framed = address.searchParams.has('frame');

document.body.classList.toggle('frame', framed);
if (me === null) welcome();
else enter(me);

function welcome(): void {
  byId('welcome').hidden = false;
  const choices = CAST.map((each) => {
    const button = make('button', { type: 'button' }, faceOf(each), words(each));
    button.addEventListener('click', () => go({ as: each.id }));
    return make('li', {}, button);
  });
  byId('cast').replaceChildren(...choices);
  byId('legend').replaceChildren(...MEANINGS.map(([look, meaning]) => make('li', {}, dotOf(look), meaning)));
}

function words({ name, does }: Actor): HTMLElement {
  return make('span', {}, make('b', {}, name), make('small', {}, does));
}

function enter(self: Actor): void {
  byId('stage').hidden = false;
  document.title = `${self.name} – Presence`;
  paintFace(byId('face'), self);
  byId('me').textContent = self.name;
  byId('people').replaceChildren(...CAST.map((each) => entry(each, each === self)));

  // Frames of one tab share what is kept for it, by the API's address: so each person has one of their own.
  const url = `/graphql?${new URLSearchParams({ as: self.id })}`;
  const client = connectPresence({ url, token: `dev:${self.id}`, device: 'WEB' });
  client.onConnection(showConnection);
  showConnection(client.connection);
  startLog(
    client,
    CAST.map(({ id }) => id),
    byId('log'),
  );
  shareNotes(client.room('launch-notes'), byId('notes', HTMLTextAreaElement));
  introduce().catch(reportError);
  if (!framed) offerSecond(self);
}

function entry({ id, name, color }: Actor, isMe: boolean): HTMLElement {
  const face = make('span', { class: 'with-dot' }, faceOf({ name, color }), make('presence-dot', { user: id, name }));
  const you = isMe ? [' ', make('span', { class: 'you' }, 'you')] : [];
  const title = make('div', {}, make('b', {}, name), ...you);
  return make('li', {}, face, make('div', { class: 'words' }, title, make('presence-status', { user: id })));
}

function showConnection({ state, transport, reason }: PresenceClient['connection']): void {
  byId('connection').textContent = sentence(state, transport, reason);
}

function sentence(state: Connection['state'], transport: Connection['transport'], reason: string | null): string {
  if (state === 'connected') return transport === 'http' ? 'Connected over HTTP' : 'Connected';
  return reason ?? (state === 'connecting' ? 'Connecting…' : 'Not connected');
}

/** A frame, so that it is a second page of a second person, not a picture of one. */
function offerSecond(self: Actor): void {
  const [someone] = CAST.filter((each) => each !== self);
  const button = byId('second');
  button.hidden = false;
  button.textContent = other === null ? 'Add a second person' : 'One person only';
  button.addEventListener('click', () =>
    go(other === null ? { as: self.id, with: someone?.id ?? '' } : { as: self.id }),
  );
  if (other === null || other === self) return;
  byId('stage').classList.add('two');
  const source = `/?${new URLSearchParams({ as: other.id, frame: '' })}`;
  byId('stage').append(make('iframe', { src: source, title: `${other.name}’s window` }));
}

function go(to: Readonly<Record<string, string>>): void {
  location.search = String(new URLSearchParams(to));
}
