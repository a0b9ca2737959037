import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createElementsFile } from '../../src/server/elements.ts';

test('the elements are for pages of any origin, packed, and not sent twice; where they were not built there are none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'elements-'));
  const file = createElementsFile(pathToFileURL(`${folder}/`));
  const server = createServer(async (req, res) => {
    if (!(await file.answer(req, res))) res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });
  const get = (path: string, init = {}) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);

  expect((await get('/elements.js')).status).toBe(404);
  await writeFile(join(folder, 'elements.js'), 'export {};'.repeat(100));
  await writeFile(join(folder, 'elements.js.map'), '{}');
  const answer = await get('/elements.js?v=1');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': '*',
    'content-encoding': 'gzip',
    'content-type': 'text/javascript; charset=utf-8',
    'cross-origin-resource-policy': 'cross-origin',
  });
  expect(await answer.text()).toBe('export {};'.repeat(100));
  const again = await get('/elements.js', { headers: { 'if-none-match': String(answer.headers.get('etag')) } });
  expect(again.status).toBe(304);
  expect((await get('/elements.js.map')).headers.get('content-type')).toContain('json');
  for (const path of ['/elements', '/elements.js/', '/../package.json']) expect((await get(path)).status).toBe(404);
  expect((await get('/elements.js', { method: 'POST' })).status).toBe(404);
});
