/**
 * A text as it lies on disk: CRC-32 (4 bytes, big-endian) of its key and itself, then itself. The checksum finds what a
 * disk gave back wrong, and what came to lie under another's key. A record's text is its version, a space, its JSON.
 */
import { crc32 } from 'node:zlib';
import type { Micros } from '../presence/ids.ts';
import { Damage } from './damage.ts';

/** How a record becomes JSON: see codec.ts. */
export interface Codec<Entry> {
  encode(record: Entry): string;
  decode(json: string, version: string): Entry;
}

export function sealRecord<Entry extends { version: Micros }>(key: string, entry: Entry, codec: Codec<Entry>): Buffer {
  return seal(key, `${entry.version} ${codec.encode(entry)}`);
}

/** @throws Damage when these are not the bytes that were sealed under this key; what they say needs no second check. */
export function unsealRecord<Entry>(key: string, sealed: Buffer, codec: Codec<Entry>): Entry {
  const text = unseal(key, sealed);
  const space = text.indexOf(' ');
  return codec.decode(text.slice(space + 1), text.slice(0, space));
}

const CRC_BYTES = 4;

export function seal(key: string, text: string): Buffer {
  const bytes = Buffer.from(text);
  const sealed = Buffer.allocUnsafe(CRC_BYTES + bytes.length);
  sealed.writeUInt32BE(checksum(key, bytes));
  bytes.copy(sealed, CRC_BYTES);
  return sealed;
}

/** @throws Damage when these are not the bytes that were sealed under this key. */
export function unseal(key: string, sealed: Buffer): string {
  const bytes = sealed.subarray(CRC_BYTES);
  if (sealed.length < CRC_BYTES || sealed.readUInt32BE() !== checksum(key, bytes)) {
    throw new Damage('has a record whose checksum is wrong');
  }
  return bytes.toString();
}

const checksum = (key: string, bytes: Buffer): number => crc32(bytes, crc32(key));
