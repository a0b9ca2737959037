/** Those who are online, a hundred at a time; their dots are followed, so that they are right between two readings. */
import { make } from '../client/elements/make.ts';
import type { PresenceClient } from '../client/index.ts';
import { faceOf } from './cast.ts';
import { byId } from './dom.ts';
import { OnlinePeople, type OnlinePeopleQuery } from './generated/admin.ts';

type Attempt = (work: () => Promise<void>) => Promise<void>;

type Somebody = OnlinePeopleQuery['onlineUsers'][number];

const PAGE = 100; // as in admin.graphql

export function startOnlineList(client: PresenceClient, attempt: Attempt) {
  const list = byId('people');
  const more = byId('more', HTMLButtonElement);
  const search = byId('search', HTMLInputElement);
  const entries = new Map<string, HTMLElement>();
  let pages = 1;

  async function look(): Promise<void> {
    const online: Somebody[] = [];
    let full = true;
    for (let page = 0; page < pages && full; page++) {
      const { onlineUsers } = await client.request(OnlinePeople, { after: online.at(-1)?.id ?? null });
      online.push(...onlineUsers);
      full = onlineUsers.length === PAGE;
    }
    more.hidden = !full;
    show(online);
  }

  function show(online: readonly Somebody[]): void {
    const sorted = [...online].sort((a, b) => (a.name ?? a.id).localeCompare(b.name ?? b.id));
    const ids = new Set(online.map(({ id }) => id));
    for (const [id, entry] of entries) {
      if (ids.has(id)) continue;
      entry.remove();
      entries.delete(id);
    }
    for (const each of sorted) {
      const entry = entries.get(each.id) ?? entryOf(each);
      entries.set(each.id, entry);
      list.append(entry);
    }
    byId('nobody').hidden = online.length > 0;
    filter();
  }

  function filter(): void {
    const wanted = search.value.trim().toLocaleLowerCase();
    for (const entry of entries.values())
      entry.hidden = !(entry.textContent ?? '').toLocaleLowerCase().includes(wanted);
  }

  search.addEventListener('input', filter);
  more.addEventListener('click', () => {
    pages++;
    void attempt(look);
  });
  return { look };
}

function entryOf({ id, name, color }: Somebody): HTMLElement {
  const called = name ?? id;
  const face = make(
    'span',
    { class: 'with-dot' },
    faceOf({ name: called, color }),
    make('presence-dot', { user: id, name: called }),
  );
  const said = name === null ? [] : [make('span', { hidden: '' }, id)]; // searched, not shown
  return make(
    'li',
    {},
    face,
    make('div', { class: 'words' }, make('b', {}, called), ...said, make('presence-status', { user: id })),
  );
}
