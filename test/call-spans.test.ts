import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { inCallSpan } from '../src/call-spans.ts';
import { SignalboxError } from '../src/core/errors.ts';

/** What an application's OpenTelemetry SDK brings along. */
class StoredContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active = (): Context => this.#storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (active, run, self, ...args) =>
    this.#storage.run(active, () => run.call(self, ...args));
  bind: ContextManager['bind'] = (_active, target) => target;
  enable = (): this => this;
  disable = (): this => this;
}

const exporter = new InMemorySpanExporter();
beforeAll(() => {
  context.setGlobalContextManager(new StoredContext());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
});
afterEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  context.disable();
});

describe('a call of a plugin', () => {
  test('is a span inside the one of the host', async () => {
    const parent = trace.getTracer('host').startSpan('request');
    const value = await context.with(trace.setSpan(context.active(), parent), () =>
      inCallSpan('a.b', 'greet', async () => 42),
    );
    const [span] = exporter.getFinishedSpans();
    expect({
      value,
      name: span?.name,
      parent: span?.parentSpanContext?.spanId,
      trace: span?.spanContext().traceId,
      attributes: span?.attributes,
      status: span?.status,
    }).toEqual({
      value: 42,
      name: 'signalbox.call',
      parent: parent.spanContext().spanId,
      trace: parent.spanContext().traceId,
      attributes: { 'signalbox.plugin.id': 'a.b', 'signalbox.plugin.export': 'greet' },
      status: { code: SpanStatusCode.UNSET },
    });
  });

  test('that fails says by which code', async () => {
    const error = new SignalboxError('GUEST_TRAPPED', 'It trapped');
    await expect(inCallSpan('a.b', 'greet', () => Promise.reject(error))).rejects.toBe(error);
    const [span] = exporter.getFinishedSpans();
    expect({
      status: span?.status,
      type: span?.attributes['error.type'],
      events: span?.events.map(({ name, attributes }) => ({ name, attributes })),
    }).toEqual({
      status: { code: SpanStatusCode.ERROR, message: 'It trapped' },
      type: 'GUEST_TRAPPED',
      events: [
        {
          name: 'exception',
          attributes: { 'exception.type': 'GUEST_TRAPPED', 'exception.message': 'It trapped' },
        },
      ],
    });
  });
});
