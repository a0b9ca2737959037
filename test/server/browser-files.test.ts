/** What browsers get from the server, over HTTP. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type BrowserFilesOptions, createBrowserFiles } from '../../src/server/browser-files.ts';

const PAGES = ['/', '/directory.js', '/directory.css', '/admin', '/admin.js', '/admin.css', '/page.css'];

/** Serves what is in a folder, which is empty at first. */
async function serve(options: BrowserFilesOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'browser-files-'));
  const files = createBrowserFiles(options, pathToFileURL(`${folder}/`));
  const server = createServer(async (req, res) => {
    if (!(await files.answer(req, res))) res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  return {
    get: (path: string, init = {}) => fetch(`http://127.0.0.1:${port}${path}`, init),
    put: (name: string, text: string) => writeFile(join(folder, name), text),
  };
}

async function servePages(options: BrowserFilesOptions) {
  const served = await serve(options);
  for (const page of ['directory', 'admin'])
    for (const [ending, text] of [
      ['html', '<html data-mode="">'],
      ['js', '1;'],
      ['css', 'a{}'],
    ] as const)
      await served.put(`${page}.${ending}`, text);
  await served.put('page.css', 'b{}');
  return served;
}

async function found({ get }: Awaited<ReturnType<typeof serve>>): Promise<readonly string[]> {
  const statuses = await Promise.all(PAGES.map(async (path) => [path, (await get(path)).status] as const));
  return statuses.filter(([, status]) => status === 200).map(([path]) => path);
}

test('the elements are for pages of any origin, packed, and not sent twice; where they were not built there are none', async () => {
  const { get, put } = await serve({ development: false, adminPage: false });
  expect((await get('/elements.js')).status).toBe(404);
  await put('elements.js', 'export {};'.repeat(100));
  await put('elements.js.map', '{}');
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

test('the pages may load nothing from elsewhere, and only the directory may be in a frame, its own', async () => {
  const served = await servePages({ development: true, adminPage: true });
  expect(await found(served)).toEqual(PAGES);
  const [directory, admin] = await Promise.all(['/?as=ada', '/admin'].map((path) => served.get(path)));
  expect(directory?.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  expect(directory?.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
  expect(admin?.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(admin?.headers.get('access-control-allow-origin')).toBeNull();
  expect(await admin?.text()).toContain('data-mode="development"');
});

test('the directory, which is anybody, is there in development only; the administrators’ page where it is switched on', async () => {
  expect(await found(await servePages({ development: false, adminPage: false }))).toEqual([]);
  const served = await servePages({ development: false, adminPage: true });
  expect(await found(served)).toEqual(['/admin', '/admin.js', '/admin.css', '/page.css']);
  expect(await (await served.get('/admin')).text()).toContain('data-mode="production"');
});
