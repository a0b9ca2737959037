/** What people do all day, one of it at a time and at random. */
import type { Member } from './member.ts';

/** Resolves with the code of the refusal, null when it was done. */
type Deed = (member: Member, number: number) => Promise<string | null>;

const say =
  (mutation: string, input: (number: number) => object): Deed =>
  (member, number) => {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
    return member.ask(`mutation ($input: ${type}) { ${mutation}(input: $input) { viewer { id } } }`, {
      input: input(number),
    });
  };

const soon = (): string => new Date(Date.now() + 1_000 + Math.random() * 5_000).toISOString();
const dot = (): string | undefined => ['ONLINE', 'AWAY', 'BUSY', 'OFFLINE'][Math.floor(Math.random() * 4)];
/** How long somebody stays away, each as likely as the others: a reload, a tunnel, and until somebody fetches them. */
const ABSENCES = [500, 6_000, null]; // ms at most

function away(how: 'closes' | 'drops'): Deed {
  return async (member) => {
    if (!member.isPresent()) return null;
    member.leave(how);
    const most = ABSENCES[Math.floor(Math.random() * ABSENCES.length)] ?? null;
    if (most !== null) setTimeout(() => member.comeBack(), Math.random() * most);
    return null;
  };
}

/** How often each of them happens, in a hundred. */
const DEEDS: readonly (readonly [often: number, deed: Deed])[] = [
  [35, say('setStatus', (number) => ({ availability: dot(), text: `say ${number}` }))],
  [12, say('setStatus', (number) => ({ text: `for a while ${number}`, expiresAt: soon() }))],
  [6, say('clearStatus', () => ({}))],
  [8, say('setInvisible', () => ({ invisible: true }))],
  [10, say('setInvisible', () => ({ invisible: false }))],
  [7, say('reportActivity', () => ({ activity: 'SCREEN_LOCKED' }))],
  [9, say('reportActivity', () => ({ activity: 'ACTIVE' }))],
  [6, say('setClaim', (number) => ({ source: 'CALL', key: `call-${number}`, expiresAt: soon() }))],
  [4, away('closes')],
  [3, away('drops')],
];

export function anyDeed(): Deed {
  let at = Math.random() * 100;
  for (const [often, deed] of DEEDS) {
    at -= often;
    if (at < 0) return deed;
  }
  return async () => null;
}
