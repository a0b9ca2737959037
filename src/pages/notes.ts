/** A text that all tabs of this browser share, and the label "typing" of whoever changes it. */
import type { Room } from '../client/index.ts';

const KEPT = 'presence-directory-notes';
const TYPING = 4; // seconds that the label stands after a key
const SAID_AGAIN = 2_500; // ms; before the label would go
const FIRST =
  'Launch notes\n\n– Ada reads the numbers once more\n– Grace has the compiler\n– nobody deploys on a Friday\n\nWrite something: the others see you type.';

export function shareNotes(room: Room, area: HTMLTextAreaElement): void {
  const tabs = new BroadcastChannel(KEPT);
  let said = 0;
  area.value = localStorage.getItem(KEPT) ?? FIRST;
  tabs.addEventListener('message', ({ data }) => {
    area.value = String(data);
  });
  area.addEventListener('input', () => {
    localStorage.setItem(KEPT, area.value);
    tabs.postMessage(area.value);
    if (Date.now() - said < SAID_AGAIN) return;
    said = Date.now();
    room.update({ label: 'typing', expiresInSeconds: TYPING }).catch(reportError);
  });
}
