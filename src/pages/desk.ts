/** What an administrator looks at, read every few seconds, and what they change. */
import { type PresenceClient, PresenceError } from '../client/index.ts';
import { createChart } from './chart.ts';
import { byId } from './dom.ts';
import { ChangeRules, Overview, type OverviewQuery, SwitchService } from './generated/admin.ts';
import { startOffers } from './offers.ts';
import { startOnlineList } from './online-list.ts';

const EVERY = 5_000; // ms

type Service = OverviewQuery['service'];
type Rules = OverviewQuery['settings'];

/** `denied` is told when the token is not an administrator's. */
export function startDesk(client: PresenceClient, denied: (problem: string) => void): void {
  const charts = { online: createChart('People online'), connections: createChart('Connections') };
  byId('online-chart').append(charts.online.element);
  byId('connections-chart').append(charts.connections.element);
  const enabled = byId('enabled', HTMLInputElement);
  const rules = rulesForm();
  const people = startOnlineList(client, attempt);
  const offers = startOffers(client, attempt);

  /** Shows what goes wrong, and puts everything back as it is. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      byId('problem').textContent = '';
    } catch (error) {
      if (error instanceof PresenceError && error.code === 'FORBIDDEN') return denied(error.message);
      byId('problem').textContent = error instanceof Error ? error.message : String(error);
    }
  }

  function showService({ enabled: on, connections, connectionCap, reason }: Service): void {
    byId('connections').textContent = String(connections);
    byId('cap').textContent = connectionCap === 0 ? 'no cap' : `of ${connectionCap}`;
    enabled.checked = on;
    byId('enabled-words').textContent = on ? 'On' : 'Off';
    byId('reason').textContent = on ? 'Dots change as people come and go.' : (reason ?? 'Dots stand still.');
  }

  async function look(): Promise<void> {
    const { onlineCount, service, settings, customStatuses } = await client.request(Overview, {});
    byId('online').textContent = String(onlineCount);
    showService(service);
    charts.online.add(onlineCount);
    charts.connections.add(service.connections);
    rules.show(settings);
    offers.show(customStatuses);
    await people.look();
  }

  enabled.addEventListener('change', () =>
    attempt(async () => {
      const wanted = enabled.checked;
      enabled.checked = !wanted; // until the server says so
      const { setServiceEnabled } = await client.request(SwitchService, { enabled: wanted });
      showService(setServiceEnabled.service);
    }),
  );
  rules.onSave((input) =>
    attempt(async () => {
      const { updateSettings } = await client.request(ChangeRules, { input });
      rules.saved(updateSettings.settings);
    }),
  );
  void attempt(look);
  setInterval(() => void attempt(look), EVERY);
}

/** What is being edited is left alone until it is saved. */
function rulesForm() {
  const form = byId('settings', HTMLFormElement);
  const allowInvisible = byId('allow-invisible', HTMLInputElement);
  const allowText = byId('allow-text', HTMLInputElement);
  const idle = byId('idle', HTMLInputElement);
  const cap = byId('connection-cap', HTMLInputElement);
  let edited = false;

  function show(rules: Rules): void {
    if (edited) return;
    allowInvisible.checked = rules.allowInvisible;
    allowText.checked = rules.allowStatusText;
    idle.value = String(rules.idleTimeoutSeconds);
    cap.value = String(rules.connectionCap);
  }

  form.addEventListener('input', () => {
    edited = true;
    byId('saved').textContent = 'Not saved yet';
  });
  return {
    show,
    saved(rules: Rules): void {
      edited = false;
      byId('saved').textContent = 'Saved';
      show(rules);
    },
    onSave(save: (input: Rules) => Promise<void>): void {
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        void save({
          allowInvisible: allowInvisible.checked,
          allowStatusText: allowText.checked,
          idleTimeoutSeconds: idle.valueAsNumber,
          connectionCap: cap.valueAsNumber,
        });
      });
    },
  };
}
