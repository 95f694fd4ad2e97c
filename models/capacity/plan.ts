/**
 * How many servers a corpus needs, how long its bulk work takes on them, and which limit a single server meets first.
 *
 * Bytes, log and core time are those of a patent times the number of patents; what a server holds and does is its share, for a
 * hash cuts evenly. A question asks every core of every server, and takes (patents a core / patents measured)^exponent of the
 * time measured. How late news is findable is simulated hour by hour over gazettes (queue.ts).
 * Left out: what the network between servers costs, unequal shards, and servers that fail; each server has a standby beside it.
 * Domain: patents >= 1; servers >= 1.
 * Worked: 100 bytes a patent and disks of 1,000 bytes to be filled by half hold 5 patents a server, so 50 patents need 10.
 */
import { longestWait } from './queue.ts';
import type { Assumed, Growth, Limits, Machine, Measured, TableBytes } from './types.ts';

export interface World {
  measured: Measured;
  machine: Machine;
  assumed: Assumed;
  limits: Limits;
}

export const LIMIT_NAMES = [
  'disk',
  'index_memory',
  'first_load',
  'counting',
  'news',
  'vacuum',
  'revaluation',
  'words',
  'prior_art',
  'log',
  'sums',
  'outbox',
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** Limits that more servers move; the others ask for another remedy. */
const MOVED_BY_SERVERS: readonly LimitName[] = [
  'disk',
  'index_memory',
  'first_load',
  'news',
  'vacuum',
  'revaluation',
];

export interface Plan {
  patents: number;
  /** That hold patents; the coordinator and the standbys come on top. */
  servers: number;
  /** The limit that asks for the most servers. */
  because: LimitName;
  machines: number;
  bytes: number;
  /** Of the coordinator, of all bytes. */
  sums_bytes: number;
  bytes_a_server: number;
  index_bytes_a_server: number;
  first_load_hours: number;
  /** Of the first load, what one core does whatever their number. */
  counting_hours: number;
  /** Longest wait from a gazette to its last patent being findable. */
  news_hours: number;
  vacuum_hours: number;
  revaluation_hours: number;
  words_p99_ms: number;
  prior_art_p99_ms: number;
  first_load_log_bytes: number;
  log_bytes_a_day: number;
  events_per_second: number;
  /** Limits that are exceeded on one server, and those that still are with all servers of the plan. */
  broken_on_one: LimitName[];
  still_broken: LimitName[];
}

/** Use of a limit: 1 is all that it allows. */
type Use = Record<LimitName, number>;

export function capacityPlan(patents: number, world: World): Plan {
  const { servers, because } = serversFor(patents, world);
  const figures = figuresOf(patents, servers, world);
  return {
    patents,
    servers,
    because,
    // One that holds all is its own coordinator.
    machines: 2 * (servers === 1 ? 1 : servers + 1),
    ...figures,
    broken_on_one: exceeded(useOf(patents, 1, world)),
    still_broken: exceeded(useOf(patents, servers, world)),
  };
}

/** The number of patents from which a single server exceeds each limit, the first to break first. */
export function firstBreaks(world: World): { limit: LimitName; patents: number }[] {
  return LIMIT_NAMES.map((limit) => ({ limit, patents: breakingPoint(limit, world) })).sort(
    (a, b) => a.patents - b.patents,
  );
}

const MOST_PATENTS = 1e15;

/** By halving on a scale of logarithms: every use grows with the number of patents. */
function breakingPoint(limit: LimitName, world: World): number {
  let low = 0;
  let high = Math.log(MOST_PATENTS);
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (useOf(Math.exp(middle), 1, world)[limit] > 1) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

function serversFor(patents: number, world: World): { servers: number; because: LimitName } {
  const use = useOf(patents, 1, world);
  const because = MOVED_BY_SERVERS.reduce((most, name) => (use[name] > use[most] ? name : most));
  return { servers: Math.max(1, Math.ceil(use[because])), because };
}

function exceeded(use: Use): LimitName[] {
  return LIMIT_NAMES.filter((name) => use[name] > 1);
}

function useOf(patents: number, servers: number, world: World): Use {
  const { measured, machine, assumed, limits } = world;
  const figures = figuresOf(patents, servers, world);
  const indexed_bytes = machine.memory_bytes * assumed.memory_share;
  return {
    disk: figures.bytes_a_server / (machine.disk_bytes * assumed.disk_share),
    index_memory: figures.index_bytes_a_server / indexed_bytes,
    first_load: figures.first_load_hours / limits.first_load_hours,
    counting: figures.counting_hours / limits.first_load_hours,
    news: figures.news_hours / limits.news_hours,
    vacuum: figures.vacuum_hours / limits.vacuum_hours,
    revaluation: figures.revaluation_hours / limits.revaluation_hours,
    words: figures.words_p99_ms / limits.words_p99_ms,
    prior_art: figures.prior_art_p99_ms / limits.prior_art_p99_ms,
    log: figures.first_load_log_bytes / servers / limits.log_bytes,
    sums: figures.sums_bytes / indexed_bytes,
    outbox: figures.events_per_second / measured.deliveries_per_second,
  };
}

function figuresOf(patents: number, servers: number, { measured, machine, assumed }: World) {
  const { tables, sums } = measured;
  const bytes = patents * total(tables, 'rows', 'indexes');
  const sums_bytes = sums.bytes * (patents / sums.patents) ** sums.exponent;
  const log_a_patent = measured.ingest_log_bytes + measured.derive_log_bytes;
  const patents_a_day = (patents * measured.signals) / assumed.signal_years / DAYS_A_YEAR;
  const news_us = measured.ingest_us + measured.derive_us;
  const cores = servers * machine.cores * assumed.core_share;
  const hours = (core_us: number) => (patents * core_us) / cores / US_AN_HOUR;
  return {
    bytes: bytes + sums_bytes,
    sums_bytes,
    bytes_a_server: bytes / servers,
    index_bytes_a_server: (patents * total(tables, 'indexes')) / servers,
    first_load_hours: hours(news_us),
    counting_hours: (patents * measured.counting_us) / US_AN_HOUR,
    news_hours: longestWait({
      arriving: patents_a_day * assumed.gazette_days,
      every_hours: assumed.gazette_days * 24,
      done_an_hour: (cores * US_AN_HOUR) / news_us,
    }),
    vacuum_hours: hours(measured.vacuum_us),
    revaluation_hours: hours(measured.valuation_us + measured.valuation_copy_us),
    words_p99_ms: asked(measured.words, patents, servers, machine),
    prior_art_p99_ms: asked(measured.prior_art, patents, servers, machine),
    first_load_log_bytes: patents * log_a_patent,
    log_bytes_a_day: patents_a_day * log_a_patent,
    events_per_second:
      (patents * assumed.pledged_share * assumed.events_per_pledged_year) / DAYS_A_YEAR / 86_400,
  };
}

const DAYS_A_YEAR = 365.25;
const US_AN_HOUR = 3.6e9;

/** One server answers a question on one core; several on as many as there are. */
function asked(
  { patents, p99_ms, exponent }: Growth,
  all: number,
  servers: number,
  { cores }: Machine,
): number {
  const parts = servers === 1 ? 1 : servers * cores;
  return p99_ms * (all / parts / patents) ** exponent;
}

function total(tables: Readonly<Record<string, TableBytes>>, ...kinds: (keyof TableBytes)[]): number {
  return Object.values(tables).reduce(
    (sum, table) => kinds.reduce((part, kind) => part + table[kind], sum),
    0,
  );
}
