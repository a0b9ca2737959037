/** Everything that can be measured, by the name it is asked for with. */
import { calendars } from './figures/calendars.ts';
import { commands } from './figures/commands.ts';
import type { Figures } from './figures/figure.ts';
import { latency } from './figures/latency.ts';
import { parts } from './figures/parts.ts';
import { reconnect } from './figures/reconnect.ts';
import { redisMemory } from './figures/redis-memory.ts';
import { resync } from './figures/resync.ts';
import { sweep } from './figures/sweep.ts';
import { commits } from './measure/commits.ts';
import { deliveries } from './measure/deliveries.ts';
import { further } from './measure/further.ts';
import { hundred } from './measure/hundred.ts';
import { idle } from './measure/idle.ts';
import { mutations } from './measure/mutations.ts';
import { nodeKilled } from './measure/node-killed.ts';
import { queries } from './measure/queries.ts';
import { redisRestarted } from './measure/redis-restarted.ts';
import { storm } from './measure/storm.ts';
import { watching } from './measure/watching.ts';
import type { Measurement } from './measurement.ts';

/** Beside peers; what `npm run bench` measures. */
export const MEASUREMENTS: ReadonlyMap<string, Measurement> = new Map([
  ['deliveries', deliveries],
  ['storm', storm],
  ['hundred', hundred],
  ['mutations', mutations],
  ['commits', commits],
  ['watching', watching],
  ['further', further],
  ['queries', queries],
  ['idle', idle],
  ['redis-restarted', redisRestarted],
  ['node-killed', nodeKilled],
]);

/** By themselves, on a Redis each, and only when asked for by name. */
export const FIGURES: ReadonlyMap<string, Figures> = new Map([
  ['redis-memory', redisMemory],
  ['latency', latency],
  ['resync', resync],
  ['reconnect', reconnect],
  ['sweep', sweep],
  ['parts', parts],
  ['commands', commands],
  ['calendars', calendars],
]);
