/** Texts of people in the embedded store, each under a key of its own beside the record that names it. */
import type { Person } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import type { Disk } from './disk.ts';
import { seal, unseal } from './envelope.ts';
import { textKey } from './key.ts';
import { StoreUnavailable } from './store.ts';

export interface Texts {
  read(person: Person, name: string): string | null;
  write(person: Person, name: string, text: string | null): Promise<void>;
}

export function createTexts(disk: Disk): Texts {
  return {
    read(person, name) {
      const key = textKey(person, name);
      try {
        const bytes = disk.get(key);
        return bytes === null ? null : unseal(key, bytes);
      } catch (cause) {
        throw new StoreUnavailable('A text could not be read from the data directory.', { cause });
      }
    },
    write(person, name, text) {
      const key = textKey(person, name);
      return disk.put(key, text === null ? null : seal(key, text));
    },
  };
}

/** A process that ends between writing a text and the record that names it leaves the text behind. */
export interface Orphans {
  /** What was found on disk, in any order. */
  findText(key: string): void;
  findRecord(person: Person, record: PresenceRecord): void;
  remove(disk: Disk): Promise<void>;
}

export function createOrphans(): Orphans {
  const texts = new Set<string>();
  const named = new Set<string>();
  return {
    findText: (key) => void texts.add(key),
    findRecord(person, { calendars }) {
      for (const { more } of calendars) if (more !== null) named.add(textKey(person, more.text));
    },
    async remove(disk) {
      await Promise.all([...texts].filter((key) => !named.has(key)).map((key) => disk.put(key, null)));
    },
  };
}
