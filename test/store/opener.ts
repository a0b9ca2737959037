/** A process that opens a store when it is told to: `open <directory>` answers "opened" or "refused", `close` "closed". */
import { createInterface } from 'node:readline';
import { asMillis } from '../../src/presence/ids.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { type Store, StoreRefused } from '../../src/store/store.ts';

let store: Store | null = null;

async function obey(line: string): Promise<string> {
  if (line === 'close') {
    await store?.close();
    return 'closed';
  }
  try {
    store = await openEmbeddedStore({ dataDir: line.slice('open '.length), now: () => asMillis(Date.now()) });
    return 'opened';
  } catch (error) {
    if (error instanceof StoreRefused) return 'refused';
    throw error;
  }
}

console.log('ready');
for await (const line of createInterface(process.stdin)) console.log(await obey(line));
