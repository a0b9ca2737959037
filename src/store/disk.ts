import { type Codec, unsealRecord } from './envelope.ts';
import { StoreUnavailable } from './store.ts';

/** Where records last: bytes under keys. The embedded store keeps no copy of what a disk has, but of the channels used last. */
export interface Disk {
  /** null: nothing was put there. */
  get(key: string): Buffer | null;
  /** Resolves once the bytes outlast the process and the power; when it rejects nothing was put. null removes. */
  put(key: string, bytes: Buffer | null): Promise<void>;
  /** Rejects with StoreUnavailable when a put would. */
  check(): Promise<void>;
  /** Waits for the puts under way. */
  close(): Promise<void>;
}

/** Lasts as long as the process. */
export function memoryDisk(): Disk {
  const values = new Map<string, Buffer>();
  return {
    get: (key) => values.get(key) ?? null,
    put: async (key, bytes) => void (bytes === null ? values.delete(key) : values.set(key, bytes)),
    check: async () => undefined,
    close: async () => values.clear(),
  };
}

/**
 * The record that was sealed under a key; null: none.
 * @throws StoreUnavailable when the disk gives back something else.
 */
export function readRecord<Entry>(disk: Disk, key: string, codec: Codec<Entry>): Entry | null {
  try {
    const bytes = disk.get(key);
    return bytes === null ? null : unsealRecord(key, bytes, codec);
  } catch (cause) {
    throw new StoreUnavailable('A record could not be read from the data directory.', { cause });
  }
}
