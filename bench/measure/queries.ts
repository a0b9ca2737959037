/** A person's dot over HTTP: read from Redis by ours, a constant in Yoga. */
import type { Measurement } from '../measurement.ts';

const QUERY = 'query ($id: ID!) { user(id: $id) { presence { availability } } }';

export const queries: Measurement = {
  contenders: ['ours', 'yoga'],
  async measure(lab, contender) {
    const load = lab.load();
    const server = await lab.serve(contender);
    const { queries: count } = lab.sizes;
    const ask = (times: number) =>
      load.query({
        url: server.url,
        token: 'dev:ada',
        query: QUERY,
        variables: { id: 'grace' },
        count: times,
        atOnce: 16,
      });
    await ask(count / 3); // until the code is compiled
    let millis = 0;
    const cpu = await server.cpuDuring(async () => {
      millis = await ask(count);
    });
    return { query: cpu / count, queryRate: (count * 1_000) / millis };
  },
};
