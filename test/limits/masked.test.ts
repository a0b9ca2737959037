/** What nobody foresaw is told to the log, and to a caller only under which id it stands there. */
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readConfig } from '../../src/server/config.ts';
import { createLogger } from '../../src/server/log.ts';
import { start } from '../../src/server/start.ts';
import { refusalOf } from '../api/operations.ts';
import { client } from '../support/service.ts';

it('an unexpected failure has a request id, and nothing of where it happened', async () => {
  const lines: string[] = [];
  const destination = new PassThrough().on('data', (line) => lines.push(String(line)));
  const config = readConfig({ PORT: '0', DATA_DIR: 'memory', PRESENCE_DRAIN_TIME: '0.001' });
  const running = await start(config, { log: createLogger('error', destination) });
  onTestFinished(() => running.close());
  const { ask, connect, listen } = client(running.url);
  const fails = () => Promise.reject(new Error('no such file: /srv/presence/hidden.ts'));
  vi.spyOn(running.hub, 'onlineCount').mockImplementation(fails);
  vi.spyOn(running.hub, 'watchService').mockImplementation(fails);

  const device = await connect({ token: 'dev:ada', session: false });
  const watching = 'subscription { serviceChanged { enabled } }';
  const answers = [
    await ask('dev:ada', '{ onlineCount }'),
    await device.ask('{ onlineCount }'),
    await device.ask(watching),
    await (await listen('dev:ada', watching)).take(),
  ];
  for (const answer of answers) {
    const { code, requestId } = refusalOf(answer);
    expect(code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(answer)).not.toMatch(/hidden|\/srv|stack|\.ts/);
    const line = lines.find((each) => each.includes(String(requestId)));
    expect(line).toContain('no such file: /srv/presence/hidden.ts');
  }
  expect(device.socket.readyState).toBe(device.socket.OPEN);
});
