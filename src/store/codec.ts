/** Records as text. Only what differs from a record never written is kept, so that somebody who left takes little room. */
import { type ChannelRecord, EMPTY_CHANNEL } from '../presence/channel.ts';
import { asMicros, type Micros } from '../presence/ids.ts';
import { EMPTY_RECORD, equal, type PresenceRecord } from '../presence/record.ts';
import { EMPTY_SITE, type SiteRecord } from '../presence/site.ts';

export interface Versioned {
  readonly version: Micros;
}

export interface Codec<Body extends Versioned> {
  /** Without the version, which travels beside it. */
  encode(record: Body): string;
  decode(json: string, version: string): Body;
}

export const recordCodec: Codec<PresenceRecord> = codecFor(EMPTY_RECORD);
export const siteCodec: Codec<SiteRecord> = codecFor(EMPTY_SITE);
export const channelCodec: Codec<ChannelRecord> = codecFor(EMPTY_CHANNEL);

function codecFor<Body extends Versioned>(empty: Body): Codec<Body> {
  return {
    encode(record) {
      const kept: Partial<Body> = {};
      // What a newer server added too, which is why the names are the record's own.
      for (const name of Object.keys(record) as (keyof Body)[]) {
        const value = record[name];
        if (value === empty[name] || name === 'version' || equal(value, empty[name])) continue;
        kept[name] = value;
      }
      return JSON.stringify(kept);
    },
    decode: (json, version) => ({
      ...empty,
      ...JSON.parse(json === '' ? '{}' : json),
      version: asMicros(Number(version)),
    }),
  };
}
