/** What one more person costs in the memory of somebody's watch, when they are watched by others already. */
import { ring } from '../load/people.ts';
import type { Measurement } from '../measurement.ts';

const WATCHED = 100;

export const further: Measurement = {
  contenders: ['ours'],
  async measure(lab, contender) {
    const { few } = lab.sizes;
    const load = lab.load();
    const server = await lab.serve(contender);
    const open = async (prefix: string, watched: number) => {
      await load.open({ ...server, who: { prefix, from: 0, count: few }, watched: ring('user-', watched, few) });
      return server.memory();
    };
    const begun = await open('user-', WATCHED); // by now everybody is watched
    const withOne = await open('one-', 1);
    const withMany = await open('many-', WATCHED);
    return { further: (withMany - withOne - (withOne - begun)) / few / (WATCHED - 1) };
  },
};
