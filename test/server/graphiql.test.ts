import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphiqlPage } from '../../src/server/graphiql.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
let server: Server;

beforeAll(async () => {
  const development = createGraphiqlPage({ development: true, path: '/graphql' });
  const plain = createGraphiqlPage({ development: false, path: '/plain' });
  server = createServer((req, res) => {
    const page = [development, plain].find((each) => each.wantedBy(req));
    if (page === undefined) res.writeHead(404).end();
    else page.respond(req, res).catch(() => res.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** As a browser gets it, before it unpacks anything. */
function get(path: string, headers: Record<string, string> = HTML, method = 'GET') {
  const { port } = server.address() as AddressInfo;
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path, headers, method, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }));
    });
    req.on('error', reject).end();
  });
}

describe('GraphiQL', () => {
  it('is one page that names no other host to load anything from', async () => {
    const { status, headers, body } = await get('/graphql');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*connect-src 'self'/);
    expect(body.toString()).toMatch(/^<!doctype html>/);
    expect(body.toString()).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="?https?:/);
  });

  it('is sent packed to browsers that unpack it, and says the same', async () => {
    const packed = await get('/graphql', { ...HTML, 'accept-encoding': 'br, gzip;q=0.8' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.body.length).toBeLessThan(3_000_000); // bytes
    expect(gunzipSync(packed.body).equals((await get('/graphql')).body)).toBe(true);
    const refused = await get('/graphql', { ...HTML, 'accept-encoding': 'gzip;q=0, identity' });
    expect(refused.headers['content-encoding']).toBeUndefined();
  });

  it('is not sent again to a browser that has it', async () => {
    const { etag } = (await get('/graphql')).headers;
    const again = await get('/graphql', { ...HTML, 'if-none-match': `"other", ${String(etag)}` });
    expect(again.status).toBe(304);
    expect(again.body.length).toBe(0);
    expect((await get('/graphql', { ...HTML, 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('offers the tokens of Ada and Grace in development mode only', async () => {
    const development = (await get('/graphql')).body.toString();
    for (const text of ['Bearer dev:ada', 'Bearer dev:grace', 'AdaWatchesGrace', 'GraceIsBusy']) {
      expect(development).toContain(text);
    }
    expect((await get('/plain')).body.toString()).not.toContain('dev:');
  });

  it('answers HEAD without the page', async () => {
    const { status, headers, body } = await get('/graphql', HTML, 'HEAD');
    expect(status).toBe(200);
    expect(Number(headers['content-length'])).toBeGreaterThan(1_000_000);
    expect(body.length).toBe(0);
  });

  it('opens with an operation in its address too', async () => {
    expect((await get('/graphql?query=%7Ba%7D')).status).toBe(200);
  });

  it.each([
    ['a GraphQL client', '/graphql', { accept: 'application/json' }, 'GET'],
    ['a client that names nothing', '/graphql', {}, 'GET'],
    ['a form that is sent', '/graphql', HTML, 'POST'],
    ['another address', '/graphql/x', HTML, 'GET'],
  ])('leaves the rest to the API: %s', async (_, path, headers, method) => {
    expect((await get(path, headers, method)).status).toBe(404);
  });
});
