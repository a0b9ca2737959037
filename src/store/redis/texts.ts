/** Texts of people in Redis. What nobody has read for 90 days goes by itself, and so do those that no record came to name. */
import type { Person } from '../../presence/ids.ts';
import { personKey } from '../key.ts';
import type { Client } from './client.ts';
import type { Keys } from './keys.ts';
import { answered } from './patience.ts';

export interface Texts {
  read(person: Person, name: string): Promise<string | null>;
  write(person: Person, name: string, text: string | null): Promise<void>;
}

const UNREAD = 90 * 24 * 3_600; // seconds

export function createTexts({ client, keys }: { readonly client: Client; readonly keys: Keys }): Texts {
  const keyOf = (person: Person, name: string) => keys.text(personKey(person), name);
  return {
    read: (person, name) => answered(client.getex(keyOf(person, name), 'EX', UNREAD)),
    async write(person, name, text) {
      const key = keyOf(person, name);
      await answered<unknown>(text === null ? client.del(key) : client.set(key, text, 'EX', UNREAD));
    },
  };
}
