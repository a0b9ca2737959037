/** One person and all who watch them: what a delivery costs, and how long until the last has it. */
import type { Lab, Server } from '../lab.ts';
import type { Asked } from '../load/order.ts';
import { one } from '../load/people.ts';
import { type Measurement, percentile } from '../measurement.ts';

const WARM_UP = 700; // ms until the code is compiled
const BUDGET = 1_500; // ms; who is slow is measured over fewer deliveries

export const deliveries: Measurement = {
  contenders: ['ours', 'frame', 'text', 'socketIo', 'naive'],
  async measure(lab, contender) {
    const { few, many } = lab.sizes;
    const load = lab.load();
    const server = await lab.serve(contender);
    const open = (prefix: string, from: number, count: number, watched?: string) =>
      load.open({ ...server, who: { prefix, from, count }, ...(watched && { watched: one(watched) }) });

    await open('quiet-', 0, 1);
    await open('loud-', 0, 1);
    await open('user-', 0, few, 'quiet-');
    await costOf(lab, server, load, { who: 'quiet-', watchers: few, budget: WARM_UP });
    const amongFew = await costOf(lab, server, load, { who: 'quiet-', watchers: few });

    const before = await server.memory();
    let millis = 0;
    const connecting = await server.cpuDuring(async () => {
      millis = await open('user-', few, many - few, 'loud-');
    });
    const memory = (await server.memory()) - before;
    const amongMany = await costOf(lab, server, load, { who: 'quiet-', watchers: few, budget: BUDGET / 2 });
    await load.watch({ who: { prefix: 'user-', from: 0, count: few }, watched: one('loud-') });
    await costOf(lab, server, load, { who: 'loud-', watchers: many, budget: WARM_UP });
    const all = await costOf(lab, server, load, { who: 'loud-', watchers: many });
    return {
      deliveryFew: amongFew.each,
      deliveryMany: all.each,
      crowding: amongMany.each / amongFew.each,
      firstP50: percentile(all.first, 0.5),
      lastP50: percentile(all.last, 0.5),
      lastP99: percentile(all.last, 0.99),
      memory: memory / (many - few),
      connectCpu: connecting / (many - few),
      connectRate: ((many - few) * 1_000) / millis,
    };
  },
};

interface Fan {
  readonly who: string;
  readonly watchers: number;
  readonly budget?: number;
}

/** Changes one after the other, each until the last watcher has it. */
async function costOf(lab: Lab, server: Server, load: Asked, { who, watchers, budget = BUDGET }: Fan) {
  const times = Math.max(1, Math.round(lab.sizes.deliveries / watchers));
  let all: Awaited<ReturnType<Asked['change']>> = [];
  const cpu = await server.cpuDuring(async () => {
    all = await load.change({ who: { prefix: who, from: 0, count: 1 }, inFlight: false, times, watchers, budget });
  });
  return {
    each: cpu / (all.length * watchers),
    first: all.map(({ first }) => first),
    last: all.map(({ last }) => last),
  };
}
