import { inspect } from 'node:util';
import { SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/server/config.ts';
import { createLogger, redact, yogaLogging } from '../../src/server/log.ts';

/** A logger, and all that it wrote. */
function logged(level: Config['logLevel'] = 'trace') {
  const lines: string[] = [];
  const log = createLogger(level, { write: (line) => void lines.push(line) });
  return { log, yoga: yogaLogging(log), lines, entries: () => lines.map((line): unknown => JSON.parse(line)) };
}

let token: string;
beforeAll(async () => {
  token = await new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32));
});

describe('the log', () => {
  it('never shows a token, wherever it stands', () => {
    const { log, yoga, lines, entries } = logged();
    const headers = { host: 'localhost', authorization: `Bearer ${token}` };
    const failure = Object.assign(new Error(`refused: Bearer ${token}`, { cause: new Error(token) }), { token });
    log.info({ headers, req: { deep: { deeper: { headers } } } }, `came with ${token}`);
    log.info({ connectionParams: { token, session: false } }, 'connected');
    log.info({ url: `/graphql?token=${token}&query={a}`, rawHeaders: ['Authorization', `Bearer ${token}`] });
    log.info({ body: JSON.stringify({ payload: { token, headers } }) });
    log.info({ text: `two lines\n${token}\nBearer\t${token}` });
    log.error({ err: failure }, 'it failed');
    log.error(failure);
    log.child({ authorization: `Bearer ${token}` }).warn('%s and %o', token, { headers });
    yoga.error('it failed', failure, { headers });
    yoga.debug(inspect({ headers, token }));

    const signature = token.split('.')[2] ?? '';
    for (const line of lines) expect(line).not.toContain(signature.slice(0, 10));
    expect(entries()).toHaveLength(10);
  });

  it('never shows development tokens, opaque tokens, passwords or secrets', () => {
    const { log, lines, entries } = logged();
    log.info({ authorization: 'Bearer dev:hidden:admin', token: 'dev:hidden' }, 'dev:hidden and\ndev:hidden');
    log.info({ authorization: 'hidden "quoted" hidden', access_token: 'hidden', 'set-cookie': ['hidden=1'] });
    log.info({ text: JSON.stringify({ token: 'hidden' }), inspected: inspect({ authorization: 'hidden' }) });
    log.info('connect ECONNREFUSED redis://default:hidden@redis:6379/0');
    log.info('Authorization: Token hidden\r\nhost: a');
    log.info('Authorization: Basic aGlkZGVu, JWT_SECRET=hidden, /graphql?access_token=hidden');
    for (const line of lines) expect(line).not.toMatch(/hidden|aGlkZGVu/);
    expect(entries()).toHaveLength(6);
  });

  it('shows everything else as it is', () => {
    const { log, entries } = logged();
    log.info({ user: 'ada', session: 'session:1', url: 'http://127.0.0.1:4000/graphql', code: 4403 }, 'developed: ok');
    expect(entries()).toEqual([
      expect.objectContaining({
        user: 'ada',
        session: 'session:1',
        url: 'http://127.0.0.1:4000/graphql',
        code: 4403,
        msg: 'developed: ok',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      }),
    ]);
  });

  it('leaves out what is below its level', () => {
    const { log, yoga, lines } = logged('warn');
    log.info('no');
    yoga.info('no');
    yoga.debug('no');
    log.warn('yes');
    expect(lines).toHaveLength(1);
  });
});

describe('what Yoga says', () => {
  it('is logged at its level, with errors as errors', () => {
    const { yoga, entries } = logged();
    yoga.debug('Parsing', { a: 1 });
    yoga.info('ready');
    yoga.warn('a %s', 'warning');
    yoga.error(new Error('broken'));
    expect(entries()).toEqual([
      expect.objectContaining({ level: 20, msg: 'Parsing { a: 1 }' }),
      expect.objectContaining({ level: 30, msg: 'ready' }),
      expect.objectContaining({ level: 40, msg: 'a warning' }),
      expect.objectContaining({ level: 50, msg: 'broken', err: expect.objectContaining({ message: 'broken' }) }),
    ]);
  });
});

describe('redact', () => {
  it.each([
    ['Bearer abc.def-ghi_jkl~mno+p/q==', 'Bearer [redacted]'],
    ['bearer%20abc', 'bearer [redacted]'],
    ['Authorization: Bearer abc', 'Authorization: [redacted]'],
    ['{"token":"a\\"b","x":"y"}', '{"token":"[redacted]","x":"y"}'],
    ['{"connectionParams":{"accessToken": "a"}}', '{"connectionParams":{"accessToken": "[redacted]"}}'],
    ["{ token: 'a', x: 'y' }", "{ token: '[redacted]', x: 'y' }"],
    ['/graphql?token=a&x=y', '/graphql?token=[redacted]&x=y'],
    ['dev:ada:admin', 'dev:[redacted]'],
    ['"dev:ada"', '"dev:[redacted]"'],
    ['rediss://:pass@redis:6379', 'rediss://[redacted]@redis:6379'],
    ['https://example.com/a?b=c@d', 'https://example.com/a?b=c@d'],
    ['webdev:8080', 'webdev:8080'],
    ['tokens: 5, token count 7', 'tokens: 5, token count 7'],
  ])('%s becomes %s', (text, safe) => {
    expect(redact(text)).toBe(safe);
  });

  it('takes no longer for text that was made to be slow', () => {
    const parts = ['eyJ', 'bearer ', 'bearer', '://a', 'token', 'a_token', '"token":"', '\\"token\\":\\"', 'dev:', 'a'];
    const texts = parts.map((part) => part.repeat(200_000 / part.length));
    const start = performance.now();
    const gaps = ['', 'bearer', '"token":', 'token:', 'token:[', 'authorization:', "token'"].map(
      (word) => word + ' '.repeat(200_000),
    );
    for (const text of [...texts, ...gaps]) redact(text);
    expect(performance.now() - start).toBeLessThan(1_000); // ms; measured: under 100. Quadratic would take minutes
  });
});
