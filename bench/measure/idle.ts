/** Ten thousand connections on which nothing happens but pings, one each in ten seconds. */
import { setTimeout as sleep } from 'node:timers/promises';
import { one } from '../load/people.ts';
import type { Measurement } from '../measurement.ts';

export const idle: Measurement = {
  contenders: ['ours', 'frame'],
  together: true,
  async measure(lab, contender) {
    const { many, idle: time } = lab.sizes;
    const load = lab.load();
    const server = await lab.serve(contender);
    await load.open({ ...server, who: { prefix: 'user-', from: 0, count: many }, watched: one('quiet-') });
    await sleep(time / 10); // for the last of connecting
    const cpu = await server.cpuDuring(() => sleep(time));
    return { idle: (cpu * 1_000) / time / many };
  },
};
