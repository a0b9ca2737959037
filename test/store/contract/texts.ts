import { expect, test } from 'vitest';
import { asMillis } from '../../../src/presence/ids.ts';
import { EMPTY_RECORD } from '../../../src/presence/record.ts';
import type { Opened, OpenedToKeep, OpenedTwice } from '../contract.ts';
import { type Change, counted, named, person } from '../samples.ts';

const ada = person('ada');
/** As long as a calendar may be, and not of one byte a character. */
const LONG = 'Zu Tisch 🍜 "\n\\'.repeat(40_000);

/** Has a calendar that goes on in the text of this name. */
export const telling =
  (text: string): Change =>
  (record) => ({
    ...record,
    calendars: [{ key: 'work', busy: [], started: false, more: { text, at: asMillis(4e12), due: false } }],
  });

export function texts(opened: () => Opened): void {
  test('what was written is read, until something else is written or it is forgotten', async () => {
    const { store } = opened();
    expect(await store.readText(ada, 'a')).toBeNull();
    await store.writeText(ada, 'a', LONG);
    expect(await store.readText(ada, 'a')).toBe(LONG);
    await store.writeText(ada, 'a', '');
    expect(await store.readText(ada, 'a')).toBe('');
    await store.writeText(ada, 'a', null);
    expect(await store.readText(ada, 'a')).toBeNull();
    await store.writeText(ada, 'a', null);
  });

  test('texts know nothing of each other, of other people, nor of records', async () => {
    const { store } = opened();
    const before = await store.update(ada, named('Ada'));
    await store.writeText(ada, 'a', 'one');
    await store.writeText(ada, 'b', 'two');
    expect(await store.readText(ada, 'a')).toBe('one');
    expect(await store.readText(person('ada', 'other'), 'a')).toBeNull();
    expect(await store.readText(person('grace'), 'a')).toBeNull();
    expect(await store.read([ada, person('text')])).toEqual([before, EMPTY_RECORD]);
    await store.writeText(ada, 'a', null);
    expect(await store.readText(ada, 'b')).toBe('two');
    const after = await store.update(ada, counted);
    expect(await store.read([ada])).toEqual([after]);
  });
}

export function keepingTexts(opened: () => OpenedToKeep): void {
  test('a text that a record names is there after a restart, and one that was forgotten is not', async () => {
    const { store, reopen } = opened();
    await store.writeText(ada, 'kept', LONG);
    await store.writeText(ada, 'forgotten', LONG);
    await store.update(ada, telling('kept'));
    await store.writeText(ada, 'forgotten', null);
    const again = await reopen();
    expect(await again.readText(ada, 'kept')).toBe(LONG);
    expect(await again.readText(ada, 'forgotten')).toBeNull();
    const [record] = await again.read([ada]);
    expect(record?.calendars[0]?.more?.text).toBe('kept');
  });
}

export function sharingTexts(opened: () => OpenedTwice): void {
  test('what one process writes another reads', async () => {
    const { store, other } = opened();
    await store.writeText(ada, 'a', LONG);
    expect(await other.readText(ada, 'a')).toBe(LONG);
    await other.writeText(ada, 'a', null);
    expect(await store.readText(ada, 'a')).toBeNull();
  });
}
