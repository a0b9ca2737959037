/** A server in a process of its own that tells what it holds. */
import { setTimeout } from 'node:timers/promises';
import { runNode, type ServerProcess, untilListening } from '../support/server-process.ts';

export interface Inspected extends ServerProcess {
  inspect(): Promise<Holdings>;
  /** Once that holds, or has not for ten seconds. Each look takes some of the server's time. */
  inspectOnce(wanted: (holdings: Holdings) => boolean): Promise<Holdings>;
}

export interface Holdings {
  readonly connections: number;
  /** Bytes in use after a garbage collection. */
  readonly heap: number;
  /** What keeps the event loop alive, by its kind. */
  readonly resources: Readonly<Record<string, number>>;
  /** Of the process itself. */
  readonly listeners: number;
  /** How many there are of whatever comes and goes with sockets and subscriptions, by their class. */
  readonly objects: Readonly<Record<string, number>>;
}

export async function startInspected(env: Readonly<Record<string, string>> = {}): Promise<Inspected> {
  const program = runNode(['--expose-gc', '--import', 'tsx', 'test/fuzz/inspected.ts'], {
    PORT: '0',
    DATA_DIR: 'memory',
    LOG_LEVEL: 'error',
    ...env,
  });
  const server = await untilListening(program);
  const [, address = ''] = await server.says(/Inspected at (\S+)/);
  const inspect = async (): Promise<Holdings> => JSON.parse(await (await fetch(address)).text());
  return {
    ...server,
    inspect,
    async inspectOnce(wanted) {
      let holdings = await inspect();
      for (const since = performance.now(); performance.now() - since < 10_000 && !wanted(holdings); ) {
        await setTimeout(500);
        holdings = await inspect();
      }
      return holdings;
    },
  };
}
