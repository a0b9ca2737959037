/**
 * A process that updates people and sites as fast as it can until it is killed, and writes every update that was
 * acknowledged to a file: a line "<user> <how many updates the record has had>", or "*<site> <how many>".
 */
import { writeSync } from 'node:fs';
import { asMillis, asSiteId, asUserId } from '../../src/presence/ids.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { next, nextOfSite, siteUpdatesOf, updatesOf } from './history.ts';
import { connected, gone } from './samples.ts';

const [dataDir = '', seed = ''] = process.argv.slice(2);
const site = asSiteId('acme');
const store = await openEmbeddedStore({ dataDir, now: () => asMillis(Date.now()) });

let state = Number(seed);
const random = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

/** Standard output is a file: nothing written to it is lost with the process. */
const acknowledge = (what: string): void => void writeSync(1, `${what}\n`);

async function work(): Promise<never> {
  for (;;) {
    const person = { site, user: asUserId(`user-${random(40)}`) };
    const dice = random(10);
    if (dice === 0) {
      acknowledge(`*acme ${siteUpdatesOf(await store.updateSite(site, nextOfSite))}`);
    } else if (dice === 1) {
      await store.update(person, connected('session:1'));
      await store.update(person, gone('session:1'));
    } else {
      acknowledge(`${person.user} ${updatesOf(await store.update(person, next))}`);
    }
  }
}

await Promise.all(Array.from({ length: 30 }, work));
