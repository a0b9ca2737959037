import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Mailbox } from '../../src/hub/mailbox.ts';

class Newest extends Mailbox<string, number> {
  protected override merge(_: number, newer: number): number {
    return newer;
  }

  protected override closed(): void {}
}

const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('put' as const), key: keys }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('drop' as const), key: keys }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('take' as const) }) },
);

test('a reader gets the newest value of each key, in the order in which keys began to wait', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const mailbox = new Newest({ forget: () => {}, noteConflated: () => {} });
      const waiting = new Map<string, number>(); // a key that is set again keeps its place
      steps.forEach((each, at) => {
        if (each.what === 'put') {
          mailbox.put(each.key, at);
          waiting.set(each.key, at);
        } else if (each.what === 'drop') {
          mailbox.drop(each.key);
          waiting.delete(each.key);
        } else {
          const [first] = waiting;
          expect(mailbox.take()).toBe(first?.[1]);
          if (first !== undefined) waiting.delete(first[0]);
        }
      });
      for (const value of waiting.values()) expect(mailbox.take()).toBe(value);
      expect(mailbox.take()).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
