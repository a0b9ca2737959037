/** Fifty people who change their status again and again, and nobody who watches. */
import type { Measurement } from '../measurement.ts';

const CLIENTS = 50;

export const mutations: Measurement = {
  contenders: ['ours', 'embedded', 'echo', 'socketIo', 'naive'],
  async measure(lab, contender) {
    const load = lab.load();
    const server = await lab.serve(contender);
    const who = { prefix: 'user-', from: 0, count: CLIENTS };
    const { mutations: times } = lab.sizes;
    await load.open({ ...server, who });
    await load.ask({ who, times }); // until the code is compiled
    let millis = 0;
    const cpu = await server.cpuDuring(async () => {
      millis = await load.ask({ who, times });
    });
    return { mutation: cpu / (CLIENTS * times), mutationRate: (CLIENTS * times * 1_000) / millis };
  },
};
