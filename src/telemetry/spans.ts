/**
 * Stretches of work that traces are made of, told through a diagnostics channel: with nobody who traces they are only run.
 * Which trace is under way is known here, so that the log can say it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';

export interface Span {
  kind: 'request' | 'transaction' | 'query' | 'slot' | 'delivery';
  name: string;
  /** Names of OpenTelemetry; nothing of a caller. */
  attributes: Record<string, string | number>;
  /** Why it failed; set by the channel. */
  error?: unknown;
}

export interface TraceIds {
  trace_id: string;
  span_id: string;
}

const channel = tracingChannel<unknown, Span>('pledgewatch.span');
/** Of the span that the running code belongs to. */
export const underWay = new AsyncLocalStorage<TraceIds & { context: unknown }>();

export function areTraced(): boolean {
  return channel.hasSubscribers;
}

export function traced<T>(span: Span, work: () => Promise<T>): Promise<T> {
  return channel.hasSubscribers ? channel.tracePromise(work, span) : work();
}

/** Begins a span that `endSpan` ends, whatever lies between; `inside` and what it starts belong to it. */
export function beginSpan(span: Span, inside: () => void): void {
  if (channel.hasSubscribers) channel.start.runStores(span, inside);
  else inside();
}

export function endSpan(span: Span): void {
  if (channel.hasSubscribers) channel.asyncEnd.publish(span);
}

/**
 * @param begun makes what the code inside of a span belongs to
 * @param ended called once for each
 */
export function hearSpans(
  begun: (
    span: Span,
    outer: ReturnType<typeof underWay.getStore>,
  ) => NonNullable<ReturnType<typeof underWay.getStore>>,
  ended: (span: Span) => void,
): void {
  channel.start.bindStore(underWay as AsyncLocalStorage<unknown>, (span) =>
    begun(span as Span, underWay.getStore()),
  );
  channel.asyncEnd.subscribe((span) => ended(span as Span));
}

/** Fields of a log line; none outside of a trace. */
export function traceOfNow(): Partial<TraceIds> {
  const { trace_id, span_id } = underWay.getStore() ?? {};
  return trace_id === undefined ? {} : { trace_id, span_id: span_id! };
}
