/** Traces for a collector of OpenTelemetry; its packages are loaded only where one is named. */
import type { Context, Span as OtelSpan } from '@opentelemetry/api';
import type { Config } from '../config.ts';
import { VERSION } from '../package.ts';
import { hearSpans, type Span } from './spans.ts';

export interface Traces {
  /** Sends what was not sent yet, and ends. */
  close(): Promise<void>;
}

/**
 * Begins to trace, before anything that is to be traced is made.
 * @returns null when OTEL_EXPORTER_OTLP_ENDPOINT is not set
 */
export async function startTraces({ traces_url }: Config, service: string): Promise<Traces | null> {
  if (traces_url === null) return null;
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = await import('@opentelemetry/api');
  const { BatchSpanProcessor, TracerProvider } = await import('@opentelemetry/sdk-trace');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': VERSION }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: traces_url }) })],
  });
  const tracer = provider.getTracer('pledgewatch', VERSION);
  const kinds: Record<Span['kind'], number> = {
    request: SpanKind.SERVER,
    transaction: SpanKind.CLIENT,
    query: SpanKind.CLIENT,
    slot: SpanKind.INTERNAL,
    delivery: SpanKind.PRODUCER,
  };
  const open = new WeakMap<Span, OtelSpan>();
  hearSpans(
    (span, outer) => {
      const around = (outer?.context as Context | undefined) ?? ROOT_CONTEXT;
      const { name, kind, attributes } = span;
      const begun = tracer.startSpan(name, { kind: kinds[kind], attributes }, around);
      open.set(span, begun);
      const { traceId: trace_id, spanId: span_id } = begun.spanContext();
      return { trace_id, span_id, context: trace.setSpan(around, begun) };
    },
    (span) => {
      const begun = open.get(span);
      if (!begun) return;
      begun.setAttributes(span.attributes);
      // The kind of an error alone: its words may quote what a caller sent.
      if (span.error !== undefined)
        begun.setStatus({ code: SpanStatusCode.ERROR, message: (span.error as Error).constructor.name });
      begun.end();
    },
  );
  return { close: () => provider.shutdown() };
}
