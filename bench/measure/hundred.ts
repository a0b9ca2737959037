/** A hundred watchers and one change at a time, on the server that takes the change and on another. */
import { one } from '../load/people.ts';
import { type Measurement, percentile } from '../measurement.ts';

const WATCHERS = 100;
const BUDGET = 4_000; // ms

export const hundred: Measurement = {
  contenders: ['ours', 'socketIo', 'naive'],
  async measure(lab, contender) {
    const load = lab.load();
    const redis = await lab.redis();
    const [here, there] = await Promise.all([lab.serve(contender, redis), lab.serve(contender, redis)]);
    const lasts = async (name: string, watching: typeof here) => {
      const speaker = { prefix: name, from: 0, count: 1 };
      await load.open({ ...here, who: speaker });
      await load.open({ ...watching, who: { prefix: `${name}user-`, from: 0, count: WATCHERS }, watched: one(name) });
      const change = (times: number) =>
        load.change({ who: speaker, inFlight: false, times, watchers: WATCHERS, budget: BUDGET });
      await change(lab.sizes.changes / 2);
      return (await change(lab.sizes.changes)).map(({ last }) => last);
    };
    const near = await lasts('near-', here);
    const far = await lasts('far-', there);
    return {
      nearP50: percentile(near, 0.5),
      nearP99: percentile(near, 0.99),
      farP50: percentile(far, 0.5),
      farP99: percentile(far, 0.99),
    };
  },
};
