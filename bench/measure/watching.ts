/** Sockets that are open begin to watch a hundred people each: whom nobody watched yet, and then whom others watch. */
import { apart, type Watched } from '../load/people.ts';
import type { Measurement } from '../measurement.ts';

const WATCHED = 100;

export const watching: Measurement = {
  contenders: ['ours', 'topics', 'asked'],
  async measure(lab, contender) {
    const { watches: count } = lab.sizes;
    const load = lab.load();
    const server = await lab.serve(contender);
    const cost = async (prefix: string, watched: Watched) => {
      const who = { prefix, from: 0, count };
      await load.open({ ...server, who });
      return (await server.cpuDuring(() => load.watch({ who, watched }))) / count;
    };
    for (const early of ['first-', 'second-', 'third-']) await cost(early, apart('other-', WATCHED)); // until the code is compiled
    return {
      watchCold: await cost('cold-', apart('user-', WATCHED)),
      watchWarm: await cost('warm-', apart('user-', WATCHED)),
    };
  },
};
