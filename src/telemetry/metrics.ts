/** Figures for Prometheus: what this process does, heard on the channels, and how the service stands, asked at each scrape. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/client.ts';
import { VERSION } from '../package.ts';
import { hear } from './channels.ts';
import { type Standing, standing } from './standing.ts';

const REQUEST_BUCKETS_seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const ATTEMPT_BUCKETS_seconds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
const SLOT_BUCKETS_seconds = [0.1, 1, 10, 60, 300, 900, 3600, 14_400];
/** Methods that routes have; others are counted together, so that nobody makes labels. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const OTHER = 'other';

export interface Metrics {
  content_type: string;
  /** All figures, as they are now. */
  tell(): Promise<string>;
}

/** Begins to listen: what was done before is not counted. */
export function createMetrics(database: Database, clock: Clock): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({ name: 'pledgewatch_info', help: 'Version that runs', labelNames: ['version'], registers }).set(
    { version: VERSION },
    1,
  );
  countWork(registers);
  const show = standingGauges(registers);
  return {
    content_type: registry.contentType,
    async tell() {
      show(await standing(database, clock.now()).catch(() => null));
      return registry.metrics();
    },
  };
}

function countWork(registers: Registry[]): void {
  const requests = new Histogram({
    name: 'pledgewatch_request_duration_seconds',
    help: 'Requests answered, from their first byte to the last of the answer',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS_seconds,
    registers,
  });
  hear('request', ({ method, route, status, seconds }) =>
    requests.observe(
      { method: METHODS.includes(method) ? method : OTHER, route: route ?? OTHER, status },
      seconds,
    ),
  );
  const attempts = new Histogram({
    name: 'pledgewatch_delivery_attempt_duration_seconds',
    help: 'Attempts to deliver by this process: delivered, failed and to be tried again, or given up as dead',
    labelNames: ['outcome'],
    buckets: ATTEMPT_BUCKETS_seconds,
    registers,
  });
  hear('attempt', ({ outcome, seconds }) => attempts.observe({ outcome }, seconds));
  const slots = new Histogram({
    name: 'pledgewatch_job_slot_duration_seconds',
    help: 'Daily slots run by this process',
    labelNames: ['job', 'state'],
    buckets: SLOT_BUCKETS_seconds,
    registers,
  });
  hear('slot', ({ job, state, seconds }) => slots.observe({ job, state }, seconds));
  const valuations = new Counter({
    name: 'pledgewatch_valuations_total',
    help: 'Valuations of pledged patents made by this process',
    registers,
  });
  hear('valued', (told) => valuations.inc(told.valuations));
  countQueries(registers);
}

function countQueries(registers: Registry[]): void {
  const under_way = new Gauge({
    name: 'pledgewatch_database_queries_under_way',
    help: 'Queries and transactions of this process that run or wait for one of its connections',
    registers,
  });
  const late = new Counter({
    name: 'pledgewatch_database_deadlines_total',
    help: 'Queries that were given up because the database did not answer in time',
    registers,
  });
  hear('query', ({ step }) => {
    if (step === 'begun') under_way.inc();
    if (step === 'ended') under_way.dec();
    if (step === 'late') late.inc();
  });
}

/** @returns shows how the service stands; null when its database does not say, which changes nothing but what is by name */
function standingGauges(registers: Registry[]): (told: Standing | null) => void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `pledgewatch_${name}`, help, labelNames, registers });
  const depth = gauge('outbox_deliveries', 'Deliveries that are not made yet');
  const age = gauge('outbox_oldest_seconds', 'Age of the oldest of them to an enabled endpoint');
  const breakers = gauge('endpoint_breakers_open', 'Endpoints that fail and are only probed');
  const chains = gauge('audit_chains', 'Chains of audit entries');
  const entries = gauge('audit_entries', 'Audit entries by the heads of the chains; never falls');
  const finished = gauge('job_last_success_timestamp_seconds', 'End of the last slot that was done', ['job']);
  const late = gauge('job_lateness_seconds', 'How long the next slot has been due', ['job']);
  const failed = gauge('job_failed_attempts', 'Attempts of the slot that is due and keeps failing', ['job']);
  const heard = gauge('source_age_seconds', 'Since a source was last heard of', ['source']);
  const source_late = gauge('source_late', '1 while a source is not heard of in time', ['source']);
  const up = gauge('database_up', '1 when the database answered this scrape');
  const by_name = [finished, late, failed, heard, source_late];
  return (told) => {
    up.set(told === null ? 0 : 1);
    for (const each of by_name) each.reset();
    if (told === null) return;
    depth.set(told.deliveries);
    age.set(told.oldest_seconds);
    breakers.set(told.open_breakers);
    chains.set(told.audit_chains);
    entries.set(told.audit_entries);
    for (const { job, finished_seconds, lateness_seconds, failed_attempts } of told.jobs) {
      finished.set({ job }, finished_seconds);
      late.set({ job }, lateness_seconds);
      failed.set({ job }, failed_attempts);
    }
    for (const { source, age_seconds, is_late } of told.sources) {
      if (age_seconds !== null) heard.set({ source }, age_seconds);
      source_late.set({ source }, is_late ? 1 : 0);
    }
  };
}
