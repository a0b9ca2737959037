/** Documents are parsed and validated once. */
import { expect, it } from 'vitest';
import { createPrepare } from '../../src/graphql/operation.ts';
import { schema } from '../../src/graphql/schema.ts';
import { startService } from '../support/service.ts';

it('is done once for a text, for one that is wrong too', () => {
  const prepare = createPrepare(schema);
  for (const text of ['{ onlineCount }', '{ nothing }', '{ ']) expect(prepare(text)).toBe(prepare(text));
});

it('remembers what was used last, and no more than a megabyte of it', () => {
  const prepare = createPrepare(schema);
  const [kept, forgotten] = [prepare('{ kept: onlineCount }'), prepare('{ forgotten: onlineCount }')];
  for (let number = 0; number < 40; number++) {
    prepare(`{ onlineCount } # ${number} ${'x'.repeat(30_000)}`);
    expect(prepare('{ kept: onlineCount }')).toBe(kept);
  }
  expect(prepare('{ forgotten: onlineCount }')).not.toBe(forgotten);
});

it('does not keep what is longer than any message may be', () => {
  const prepare = createPrepare(schema);
  const text = `{ onlineCount } # ${'x'.repeat(70_000)}`;
  expect(prepare(text)).not.toBe(prepare(text));
  expect(prepare(text).errors).toEqual([]);
});

it('gives the same error over HTTP and over a WebSocket, in whatever order they ask', async () => {
  const service = await startService();
  const device = await service.connect({ token: 'dev:ada', session: false });
  for (const query of ['{ nothing }', '{ ', 'subscription { presenceChanged { nothing } }']) {
    const before = await device.ask(query);
    expect(await service.ask('dev:ada', query)).toEqual({ errors: before.errors });
    expect(await device.ask(query)).toEqual(before);
  }
});
