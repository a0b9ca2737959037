/** The statuses that everybody is offered: add one, change one, withdraw one. */
import { make } from '../client/elements/make.ts';
import type { Availability, CustomStatus, PresenceClient } from '../client/index.ts';
import { byId, dotOf } from './dom.ts';
import { ChangeStatus, OfferStatus, Overview, WithdrawStatus } from './generated/admin.ts';

type Attempt = (work: () => Promise<void>) => Promise<void>;

export function startOffers(client: PresenceClient, attempt: Attempt) {
  const list = byId('statuses');
  const form = byId('status-form', HTMLFormElement);
  const name = byId('status-name', HTMLInputElement);
  const emoji = byId('status-emoji', HTMLInputElement);
  const dot = byId('status-dot', HTMLSelectElement);
  const cancel = byId('status-cancel', HTMLButtonElement);
  let editing: string | null = null;
  let shown = '';

  function show(statuses: readonly CustomStatus[]): void {
    const text = JSON.stringify(statuses);
    if (text === shown) return; // the focus stays where it is
    shown = text;
    list.replaceChildren(...statuses.map(entryOf));
  }

  function entryOf(status: CustomStatus): HTMLElement {
    const change = make('button', { type: 'button', 'aria-label': `Change ${status.name}` }, 'Change');
    const withdraw = make('button', { type: 'button', 'aria-label': `Withdraw ${status.name}` }, 'Withdraw');
    change.addEventListener('click', () => edit(status));
    withdraw.addEventListener('click', () =>
      attempt(async () => {
        await client.request(WithdrawStatus, { id: status.id });
        await renew();
      }),
    );
    return make(
      'li',
      {},
      dotOf(status.availability, status.availability.toLowerCase()),
      make('span', { class: 'name' }, `${status.emoji ?? ''} ${status.name}`.trim()),
      change,
      withdraw,
    );
  }

  function edit(status: CustomStatus | null): void {
    editing = status?.id ?? null;
    name.value = status?.name ?? '';
    emoji.value = status?.emoji ?? '';
    dot.value = status?.availability ?? 'BUSY';
    byId('status-save').textContent = status === null ? 'Offer' : 'Save';
    cancel.hidden = status === null;
    if (status !== null) name.focus();
  }

  async function renew(): Promise<void> {
    show((await client.request(Overview, {})).customStatuses);
  }

  cancel.addEventListener('click', () => edit(null));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const said = { name: name.value, emoji: emoji.value.trim() || null, availability: availabilityOf(dot.value) };
    void attempt(async () => {
      if (editing === null) await client.request(OfferStatus, { input: said });
      else await client.request(ChangeStatus, { input: { id: editing, ...said } });
      edit(null);
      await renew();
    });
  });
  return { show };
}

function availabilityOf(value: string): Availability {
  const found = (['ONLINE', 'AWAY', 'BUSY', 'OFFLINE'] as const).find((each) => each === value);
  if (found === undefined) throw new Error(`there is no dot ${value}`);
  return found;
}
