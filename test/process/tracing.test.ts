/**
 * What a server tells a tracer, and that nobody's business is in it. In a process of its own: OpenTelemetry keeps its
 * provider for a whole process, and other tests have none.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  context,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchRedis, until } from '../support/redis-process.ts';
import { startService } from '../support/service.ts';

const exporter = new InMemorySpanExporter();
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

beforeAll(() => {
  context.setGlobalContextManager(new Contexts());
  propagation.setGlobalPropagator({ inject: () => {}, extract: parentFrom, fields: () => ['traceparent'] });
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

const spans = (name: string): readonly ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.name === name);

test('each operation is a span of the trace that its request came with, and so is the commit that it led to', async () => {
  exporter.reset();
  const { url } = await startService();
  const query = 'mutation Speak($text: String) { setStatus(input: { text: $text }) { viewer { id } } }';
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer dev:ada',
      traceparent: `00-${TRACE}-${PARENT}-01`,
    },
    body: JSON.stringify({ query, variables: { text: 'out of the office' } }),
  });
  expect(await response.json()).toMatchObject({ data: { setStatus: { viewer: { id: 'viewer:ada' } } } });
  const [operation] = spans('graphql mutation');
  expect(operation?.attributes).toEqual({ 'graphql.operation.type': 'mutation', 'graphql.operation.name': 'Speak' });
  expect(operation?.spanContext().traceId).toBe(TRACE);
  expect(operation?.parentSpanContext?.spanId).toBe(PARENT);
  const [commit] = spans('presence.store.update');
  expect(commit?.parentSpanContext?.spanId).toBe(operation?.spanContext().spanId);
  expect(commit?.attributes).toEqual({ 'presence.attempts': 1 });
  const said = JSON.stringify(
    exporter.getFinishedSpans().map(({ name, attributes, status }) => [name, attributes, status]),
  );
  expect(said).not.toMatch(/ada|office|dev:|setStatus/);
});

test('what is refused has its code, over a WebSocket too', async () => {
  exporter.reset();
  const service = await startService();
  const device = await service.connect({ token: 'dev:ada', session: false });
  await device.ask('subscription { presenceChanged(userIds: []) { initial } }');
  await device.ask('{ viewer { id } }');
  const [subscription] = spans('graphql subscription');
  expect(subscription?.attributes).toMatchObject({ 'presence.error_code': 'BAD_USER_INPUT' });
  expect(spans('graphql query')).toHaveLength(1);
});

test('reading anew after a lost connection is one too', async () => {
  exporter.reset();
  const redis = await launchRedis();
  onTestFinished(() => redis.stop());
  const service = await startService({ REDIS_URL: redis.url });
  const watcher = await service.connect({ token: 'dev:ada', session: false });
  await watcher.subscribe('subscription { presenceChanged(userIds: ["grace"]) { initial } }').take();
  expect(spans('presence.resync')).toHaveLength(0);
  await redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await until('everybody is read anew', async () => spans('presence.resync').length > 0);
  await service.close(); // before its Redis goes
});

/** What the SDK for Node registers by itself. */
class Contexts implements ContextManager {
  private readonly storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.storage.getStore() ?? ROOT_CONTEXT;
  }

  with<Given extends unknown[], Work extends (...given: Given) => ReturnType<Work>>(
    within: Context,
    work: Work,
    self?: ThisParameterType<Work>,
    ...given: Given
  ): ReturnType<Work> {
    return this.storage.run(within, () => work.call(self, ...given));
  }

  bind<Target>(_: Context, target: Target): Target {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.storage.disable();
    return this;
  }
}

/** W3C Trace Context: `00-<trace>-<parent>-<flags>`. */
const parentFrom: TextMapPropagator['extract'] = (within, carrier, getter) => {
  const [, traceId = '', spanId = '', flags = ''] = String(getter.get(carrier, 'traceparent')).split('-');
  if (traceId === '') return within;
  return trace.setSpanContext(within, { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true });
};
