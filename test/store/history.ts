/**
 * The life of a record, as a function of a number: what it is after so many updates follows from that alone. So whoever
 * finds a record on disk can tell how many updates it has had, and that it is exactly what they make of it.
 */
import { apply } from '../../src/presence/apply.ts';
import type { PresenceEvent } from '../../src/presence/event.ts';
import { asCustomStatusId, asMillis, type Millis } from '../../src/presence/ids.ts';
import { EMPTY_RECORD, type PresenceRecord, stickyPart } from '../../src/presence/record.ts';
import { EMPTY_SITE, putCustomStatus, removeCustomStatus, type SiteRecord } from '../../src/presence/site.ts';

/** How many updates a record has had. */
export const updatesOf = ({ name }: PresenceRecord): number => Number(name?.value ?? 0);
export const siteUpdatesOf = ({ settings }: SiteRecord): number => settings.idleTimeout ?? 0;

/** The record after one more update; everything sticky that a person has is changed now and then. */
export function next(record: PresenceRecord): PresenceRecord {
  const count = updatesOf(record) + 1;
  const { version, sessions, refresh } = record;
  const sticky = apply(stickyPart(record), event(count), NOW);
  const named = { value: String(count), since: asMillis(count) };
  return { ...sticky, name: named, lastActive: asMillis(count), version, sessions, refresh };
}

export function nextOfSite(site: SiteRecord): SiteRecord {
  const count = siteUpdatesOf(site) + 1;
  const id = asCustomStatusId(`customStatus:${count % 13}`);
  const changed =
    count % 3 === 0
      ? removeCustomStatus(site, id)
      : putCustomStatus(site, { id, name: `Status ${count}`, emoji: '🌴', availability: 'AWAY' });
  return { ...changed, settings: { ...site.settings, allowInvisible: count % 2 === 0, idleTimeout: asMillis(count) } };
}

/** What a record, or a site's, is after so many updates; whatever else it was when it began is lost. */
export const after = (count: number): PresenceRecord => repeat(count, EMPTY_RECORD, next);
export const siteAfter = (count: number): SiteRecord => repeat(count, EMPTY_SITE, nextOfSite);

function repeat<Entry>(count: number, first: Entry, step: (entry: Entry) => Entry): Entry {
  let entry = first;
  for (let done = 0; done < count; done++) entry = step(entry);
  return entry;
}

const NOW = asMillis(Date.UTC(2026, 0));
const later = (count: number): Millis => asMillis(NOW + 1_000_000 + count);

function event(count: number): PresenceEvent {
  const line = { text: `Text ${count} ${'x'.repeat((count * 37) % 500)}`, emoji: '📅', customStatusId: null };
  const key = `${count % 7}`;
  switch (count % 8) {
    case 0:
      return { type: 'hide', invisible: count % 16 === 0 };
    case 1:
      return { type: 'choose', availability: 'BUSY', line, expiresAt: later(count) };
    case 2:
      return { type: 'prefer', autoAway: count % 3 === 0, idleTimeout: later(count), siteIdleTimeout: later(0) };
    case 3:
      return { type: 'plan', line, availability: 'AWAY', startsAt: later(count % 5), expiresAt: null };
    case 4:
      return {
        type: 'claim',
        source: 'CALENDAR',
        key,
        availability: 'BUSY',
        text: line.text,
        emoji: null,
        startsAt: later(count),
        expiresAt: null,
      };
    case 5:
      return { type: 'choose', line, expiresAt: null };
    case 6:
      return { type: 'unclaim', source: 'CALENDAR', key };
    default:
      return count % 5 === 0 ? { type: 'clear' } : { type: 'choose', availability: 'OFFLINE', line, expiresAt: null };
  }
}
