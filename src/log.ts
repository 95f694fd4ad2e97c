/**
 * The log, which says only what is listed here: numbers, truth values and instants under any name; text in the fields
 * of `TEXT_FIELDS`, which hold words and ids of our own; of an error its kind, code and place. A request, its headers and
 * its body, a webhook's secret, SQL with its values and whatever an error quotes of them have no way in.
 */
import pino, { type DestinationStream, type Logger } from 'pino';
import { traceOfNow } from './telemetry/spans.ts';

/** Fields whose text is told, with all that they hold: never what a caller sent. */
const TEXT_FIELDS = new Set([
  'address',
  'applied',
  'cause',
  'code',
  'endpoint_id',
  'failure',
  'job',
  'key_id',
  'lane_key',
  'method',
  'organisation_id',
  'person_id',
  'phase',
  'request_id',
  'route',
  'rule',
  'slot',
  'span_id',
  'trace_id',
]);
/** Errors of the language and our own: they quote no request. Those of drivers and parsers quote what they were given. */
const PLAIN_SPOKEN = new Set([
  'Error',
  'FormulaFailure',
  'QueryDeadlineError',
  'RangeError',
  'ReferenceError',
  'SealedTextError',
  'StartupError',
  'TypeError',
]);
/** Where PostgreSQL says that a statement failed; its message and detail quote values. */
const PLACES = [
  'severity',
  'schema_name',
  'table_name',
  'column_name',
  'constraint_name',
  'routine',
] as const;
const LEFT_OUT = '[left out]';
const MAX_CAUSES = 3;
const FRAME = /^ {4}at .+$/;

/** A logger whose every line passes the lists above. */
export function openLog(level: string, destination: DestinationStream): Logger {
  const kept = (value: unknown) => value;
  return pino(
    {
      level,
      mixin: traceOfNow,
      // Fastify has serialisers of its own for these, which tell the URL.
      serializers: { err: kept, error: kept, req: kept, res: kept },
      formatters: { log: (fields) => tellFields(fields) },
      hooks: {
        logMethod(args, log) {
          const [first, second] = args as unknown[];
          if (typeof first === 'string')
            log.call(this, second instanceof Error ? { error: second } : {}, first);
          // Without words pino would take those of the error.
          else log.call(this, first instanceof Error ? { error: first } : (first as object), wordsOf(second));
        },
      },
    },
    destination,
  );
}

function wordsOf(words: unknown): string {
  return typeof words === 'string' ? words : 'said without words';
}

function tellFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, TEXT_FIELDS.has(name) ? value : tell(value)]),
  );
}

function tell(value: unknown): unknown {
  if (value instanceof Error) return tellError(value);
  if (value instanceof Date || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map(tell);
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return tellFields(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : LEFT_OUT;
}

/** Kind, code, place and causes of an error; its words only where they quote nothing. */
function tellError(error: Error, causes = MAX_CAUSES): object {
  const { code, cause } = error as Error & { code?: unknown };
  const kind = error.constructor.name;
  return {
    kind,
    ...(typeof code === 'string' && /^\w{1,60}$/.test(code) && { code }),
    ...Object.fromEntries(PLACES.flatMap((name) => (name in error ? [[name, error[name as never]]] : []))),
    message: PLAIN_SPOKEN.has(kind) ? error.message : LEFT_OUT,
    stack: framesOf(error),
    ...(cause instanceof Error && causes > 0 && { cause: tellError(cause, causes - 1) }),
  };
}

/** The stack without the message that stands before it, which may have lines like frames. */
function framesOf({ stack = '', message }: Error): string[] {
  const behind = stack.slice(Math.max(0, stack.indexOf(message)) + message.length);
  return behind
    .split('\n')
    .filter((line) => FRAME.test(line))
    .map((line) => line.trim());
}
