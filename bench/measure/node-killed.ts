/** One of two servers is killed with all its sessions; a tenth of its people are connected to the other one, too. */
import { setTimeout as sleep } from 'node:timers/promises';
import { apart } from '../load/people.ts';
import type { Measurement } from '../measurement.ts';

const WATCHED = 100;
const PATIENCE = 30_000; // ms, after which they would be OFFLINE

export const nodeKilled: Measurement = {
  contenders: ['ours'],
  once: true,
  async measure(lab) {
    const held = lab.sizes.sessions / 10;
    const alone = lab.sizes.sessions - held;
    const [gone, stays] = [lab.load(), lab.load()];
    const redis = await lab.redis();
    const [victim, survivor] = await Promise.all([lab.serve('ours', redis), lab.serve('ours', redis)]);
    await gone.open({ ...victim, who: { prefix: 'alone-', from: 0, count: alone } });
    await gone.open({ ...victim, who: { prefix: 'held-', from: 0, count: held } });
    await stays.open({ ...survivor, who: { prefix: 'held-', from: 0, count: held } });
    for (const [prefix, count] of [
      ['alone-', alone],
      ['held-', held],
    ] as const) {
      const who = { prefix: `of-${prefix}`, from: 0, count: Math.ceil(count / WATCHED) };
      await stays.open({ ...survivor, who, watched: apart(prefix, WATCHED) });
    }

    await Promise.all([gone.record(), stays.record()]);
    await victim.kill();
    const begun = performance.now();
    for (;;) {
      const { people, first, last } = await stays.told('alone-');
      if (people.AWAY === alone) {
        const wrong = await stays.told('held-');
        return { killedFirst: first, killedLast: last, killedWrong: wrong.events };
      }
      if (performance.now() > begun + PATIENCE) throw new Error(`after 30 s the dots are ${JSON.stringify(people)}`);
      await sleep(100);
    }
  },
};
