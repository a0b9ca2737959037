/**
 * What a record is called on disk and in maps: a JSON array of its ids. Quoting makes the names of two pairs different
 * whatever characters the ids have ("a:b" and "c" against "a" and "b:c"), and half a surrogate pair stays itself.
 */
import { asSiteId, asUserId, type Person, type SiteId } from '../presence/ids.ts';
import type { ChannelName, RoomName } from './store.ts';

export const personKey = ({ site, user }: Person): string => `[${quoted(site)},${quoted(user)}]`;
export const siteKey = (site: SiteId): string => JSON.stringify([site]);

export const roomKey = ({ site, key }: RoomName): string => JSON.stringify([site, 'room', key]);

/** No other kind is named by three ids of which the last is a pair; a type and a key joined would not tell where one ends. */
export const channelKey = ({ site, type, key }: ChannelName): string => JSON.stringify([site, 'channel', [type, key]]);

/** Which channel a key names; null when it names anything else. */
export function channelOf(name: string): ChannelName | null {
  const ids: unknown = JSON.parse(name);
  if (!Array.isArray(ids) || ids.length !== 3 || !Array.isArray(ids[2]) || ids[2].length !== 2) return null;
  const [type, key] = ids[2].map(String);
  return type === undefined || key === undefined ? null : { site: asSiteId(String(ids[0])), type, key };
}

export const textKey = ({ site, user }: Person, name: string): string => JSON.stringify([site, user, 'text', name]);
export const isTextKey = (key: string): boolean => Object(JSON.parse(key)).length === 4;

/** As JSON.stringify has it, which takes five times as long for what needs no escaping. */
const quoted = (id: string): string => (PLAIN.test(id) ? `"${id}"` : JSON.stringify(id));
const PLAIN = /^[\w .:@+-]*$/;

/** Whose record a key names; null when it names anything else. */
export function personOf(key: string): Person | null {
  const ids: unknown = JSON.parse(key);
  if (!Array.isArray(ids) || ids.length !== 2) return null;
  const [site, user] = ids.map(String);
  return site === undefined || user === undefined ? null : { site: asSiteId(site), user: asUserId(user) };
}
