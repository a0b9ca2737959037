/**
 * The page at `/admin`: who is online, what people may do, what statuses they are offered, and the switch. It is an
 * ordinary client with an administrator's token: it sees what the API shows administrators, and that is all.
 */
import { connectPresence, setPresenceClient } from '../client/elements/index.ts';
import type { PresenceClient } from '../client/index.ts';
import { startDesk } from './desk.ts';
import { byId } from './dom.ts';

const KEPT = 'presence-admin-token'; // in sessionStorage: for this tab, until it is closed
const REFUSED = 'presence-admin-refused'; // there too: what was wrong with the last one
const form = byId('sign-in', HTMLFormElement);
const field = byId('token', HTMLInputElement);
const leave = byId('leave', HTMLButtonElement);

if (document.documentElement.dataset.mode === 'development') field.value = 'dev:root:admin';
form.addEventListener('submit', (event) => {
  event.preventDefault();
  signIn(field.value.trim());
});
const token = sessionStorage.getItem(KEPT);
if (token === null) ask();
else signIn(token);

function ask(): void {
  form.hidden = false;
  const problem = sessionStorage.getItem(REFUSED);
  sessionStorage.removeItem(REFUSED);
  if (problem === null) return;
  byId('sign-in-problem').textContent = problem;
  field.focus();
}

function signIn(token: string): void {
  byId('sign-in-problem').textContent = '';
  const client = connectPresence({ url: '/graphql', token, session: false });
  client.onConnection(({ state, userId, reason }) => {
    if (state === 'refused') return signOut(client, reason ?? 'The token does not hold.');
    byId('who').textContent = state === 'connected' ? (userId ?? '') : (reason ?? 'Connecting…');
    if (state !== 'connected' || !byId('desk').hidden) return;
    sessionStorage.setItem(KEPT, token);
    form.hidden = true;
    byId('desk').hidden = false;
    leave.hidden = false;
    startDesk(client, (problem) => signOut(client, problem));
  });
  leave.addEventListener('click', () => signOut(client, null));
}

/** The page begins anew, so that nothing of what was seen, or was begun, stays behind. */
function signOut(client: PresenceClient, problem: string | null): void {
  sessionStorage.removeItem(KEPT);
  if (problem !== null) sessionStorage.setItem(REFUSED, problem);
  setPresenceClient(null);
  client.close().catch(reportError);
  location.reload();
}
