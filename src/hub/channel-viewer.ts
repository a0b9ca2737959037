/** Who asks for which channel, and whether it is for them to see. */
import { CHANNEL_KEY_LIMIT, CHANNEL_TYPE_LIMIT, type ChannelRecord, exists, isMember } from '../presence/channel.ts';
import type { Person, SiteId } from '../presence/ids.ts';
import type { ChannelName } from '../store/store.ts';
import { line } from './input.ts';

export interface ChannelViewer {
  readonly person: Person;
  /** The application's backend sees every channel of its site, everybody else those they are in. */
  readonly isBackend: boolean;
}

export interface ChannelRef {
  readonly type: string;
  readonly key: string;
}

/** Whom a watch is about: everybody in a channel, and others besides. */
export interface WantedPeople {
  readonly channel: ChannelRef;
  readonly userIds: readonly string[];
}

export const sees = ({ person, isBackend }: ChannelViewer, record: ChannelRecord): boolean =>
  exists(record) && (isBackend || isMember(record, person.user));

/** The channel that is meant, checked. `path` leads to the field names, such as `channel.`. */
export function channelName(site: SiteId, { type, key }: ChannelRef, path = ''): ChannelName {
  return {
    site,
    type: line(type, CHANNEL_TYPE_LIMIT, `${path}type`),
    key: line(key, CHANNEL_KEY_LIMIT, `${path}key`),
  };
}
