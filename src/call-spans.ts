import { SpanStatusCode, trace } from '@opentelemetry/api';
import { toErrorRecord } from './core/errors.ts';

const tracerName = 'signalbox';

/**
 * Runs one call inside a span, a child of whatever span the host is in. Without an OpenTelemetry SDK in the process this
 * does nothing, by the contract of the API package. Arguments and results are not recorded: they may be secrets.
 */
export function inCallSpan<Result>(
  plugin: string,
  exportName: string,
  call: () => Promise<Result>,
): Promise<Result> {
  const attributes = { 'signalbox.plugin.id': plugin, 'signalbox.plugin.export': exportName };
  return trace.getTracer(tracerName).startActiveSpan('signalbox.call', { attributes }, async (span) => {
    try {
      return await call();
    } catch (thrown) {
      const { code, message } = toErrorRecord(thrown);
      span.setAttribute('error.type', code);
      span.recordException({ name: code, message });
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      throw thrown;
    } finally {
      span.end();
    }
  });
}
