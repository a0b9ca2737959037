/** Everybody watches a hundred others, and half of them change their status at the same moment. */
import { ring } from '../load/people.ts';
import type { Measurement } from '../measurement.ts';

const BUDGET = 2_500; // ms
const TOO_MANY = 20; // naive filters every change for everybody: it would be 8,000,000 times a wave

export const storm: Measurement = {
  contenders: ['ours', 'frame', 'socketIo', 'naive'],
  async measure(lab, contender) {
    const { people, watched, changes, waves } = lab.sizes.storm;
    const load = lab.load();
    const server = await lab.serve(contender);
    await load.open({
      ...server,
      who: { prefix: 'user-', from: 0, count: people },
      watched: ring('user-', watched, people),
    });
    const count = contender === 'naive' ? changes / TOO_MANY : changes;
    const wave = { who: { prefix: 'user-', from: 0, count }, inFlight: true, watchers: watched, budget: BUDGET };
    await load.change({ ...wave, times: 1 });
    let all: Awaited<ReturnType<typeof load.change>> = [];
    const begun = performance.now();
    const cpu = await server.cpuDuring(async () => {
      all = await load.change({ ...wave, times: waves });
    });
    const delivered = all.length * watched;
    return {
      stormRefused: all.reduce((sum, { refused }) => sum + refused, 0) / all.length,
      storm: cpu / delivered,
      stormRate: (delivered * 1_000) / (performance.now() - begun),
    };
  },
};
