import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asMillis } from '../../src/presence/ids.ts';
import { createAgenda } from '../../src/store/agenda.ts';

const moment = fc.integer({ min: 0, max: 20 });
const setting = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), at: fc.option(moment) });

test('says what is due, in order, and what comes next, whatever was set before', () => {
  fc.assert(
    fc.property(
      fc.array(setting, { maxLength: 60 }),
      moment,
      fc.integer({ min: 1, max: 6 }),
      (settings, now, limit) => {
        const agenda = createAgenda<string>();
        const times = new Map<string, number>();
        for (const { key, at } of settings) {
          agenda.set(key, at === null ? null : asMillis(at));
          if (at === null) times.delete(key);
          else times.set(key, at);
        }
        const due = [...times.values()].filter((at) => at <= now).sort((a, b) => a - b);
        const later = [...times.values()].filter((at) => at > now);
        const said = agenda.due(asMillis(now), limit);
        expect(said.map((key) => times.get(key))).toEqual(due.slice(0, limit));
        expect(new Set(said).size).toBe(said.length);
        expect(agenda.next(asMillis(now))).toBe(later.length === 0 ? null : Math.min(...later));
        expect(agenda.next()).toBe(times.size === 0 ? null : Math.min(...times.values()));
        // Looking changes nothing.
        expect(agenda.due(asMillis(now), limit).map((key) => times.get(key))).toEqual(due.slice(0, limit));
      },
    ),
    { numRuns: 1_000 },
  );
});
