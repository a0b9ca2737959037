/**
 * Looking further into the calendars of people, a day's worth every day. Whoever reports on a person whose record says
 * that a look is due takes it: usually the process that settles them, and after its end the one that takes over. When
 * nobody gets it done, the record says so again a day later; 59 days are left.
 */
import { type Calendar, countStretches, MAX_STRETCHES, type Stretch, stretchesOf } from '../presence/calendar.ts';
import { after, asMillis, type Person } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { personKey } from '../store/key.ts';
import { expand } from './calendar-expand.ts';
import type { Core } from './core.ts';

export interface Looks {
  /** Resolves once none is under way. */
  close(): Promise<void>;
}

export interface LooksOptions {
  readonly core: Core;
  readonly forget: (person: Person, text: string) => Promise<void>;
}

export const LOOK_EVERY = asMillis(86_400_000); // a day

export function createLooks({ core, forget }: LooksOptions): Looks {
  const { store, clock, log } = core;
  /** Each person once; one after the other, so that many who are due together hold nobody up. */
  const waiting = new Map<string, Person>();
  let working: Promise<void> | null = null;
  let closed = false;

  core.onReport((person, { calendars }) => {
    if (closed || !calendars.some(isDue)) return;
    waiting.set(personKey(person), person);
    working ??= work();
  });

  async function work(): Promise<void> {
    await undefined; // whoever reported goes on first
    for (const [key, person] of waiting) {
      waiting.delete(key);
      if (closed) break;
      await lookAhead(person).catch((error: unknown) => {
        log.warn({ err: error }, 'looking further into a calendar failed and is tried again later');
      });
    }
    working = null;
  }

  async function lookAhead(person: Person): Promise<void> {
    const [record] = await store.read([person]);
    for (const calendar of record?.calendars.filter(isDue) ?? []) await look(person, calendar);
  }

  async function look(person: Person, { key, more }: Calendar): Promise<void> {
    if (more === null) return;
    const found = await findMore(person, more.text);
    const next = found.more ? { text: more.text, at: after(clock.now(), LOOK_EVERY) } : null;
    await core.report(person, (record) => [
      { type: 'look', text: more.text, key, busy: fitting(record, key, found.busy), more: next },
    ]);
    if (next === null) await forget(person, more.text);
  }

  /** `busy` null: what is known stays. */
  async function findMore(
    person: Person,
    text: string,
  ): Promise<{ readonly busy: readonly Stretch[] | null; readonly more: boolean }> {
    const json = await store.readText(person, text);
    if (json === null) {
      log.warn({ text }, 'the text of a calendar is gone; what is known of it ends within 60 days');
      return { busy: null, more: false };
    }
    try {
      return expand(JSON.parse(json), clock.now());
    } catch (error) {
      // It was understood once; a day later it may ask for less, or the program have learned more.
      log.warn({ err: error }, 'a calendar could not be looked into any further');
      return { busy: null, more: true };
    }
  }

  return {
    async close() {
      closed = true;
      await working;
    },
  };
}

const isDue = ({ more }: Calendar): boolean => more?.due === true;

/** As many of them as there is room for; without any news, those that are known. */
function fitting({ calendars }: PresenceRecord, key: string, busy: readonly Stretch[] | null): readonly Stretch[] {
  const others = calendars.filter((calendar) => calendar.key !== key);
  const known = calendars.find((calendar) => calendar.key === key);
  const wanted = busy ?? (known === undefined ? [] : stretchesOf(known));
  return wanted.slice(0, MAX_STRETCHES - countStretches(others));
}
