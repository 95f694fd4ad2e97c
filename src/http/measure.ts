/** Each request as a figure and as a span, told by its route. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tell } from '../telemetry/channels.ts';
import { areTraced, beginSpan, endSpan, type Span } from '../telemetry/spans.ts';

export function measureRequests(app: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  // After the body was read, whose events come from the socket and belong to nobody; what is refused before has no span.
  app.addHook('preHandler', (request, _reply, done) => {
    if (!areTraced()) return done();
    const { method, routeOptions } = request;
    const route = routeOptions.url ?? 'none';
    const attributes = { 'http.request.method': method, 'http.route': route };
    const span: Span = { kind: 'request', name: `${method} ${route}`, attributes };
    spans.set(request, span);
    beginSpan(span, done);
  });
  app.addHook('onResponse', async (request, { statusCode: status, elapsedTime }) => {
    const { method, routeOptions } = request;
    tell('request', { method, route: routeOptions.url ?? null, status, seconds: elapsedTime / 1000 });
    const span = spans.get(request);
    if (!span) return;
    span.attributes['http.response.status_code'] = status;
    endSpan(span);
  });
}
