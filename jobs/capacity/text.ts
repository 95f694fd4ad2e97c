/** The plan in words: tables for docs/scale.md. Pure. */
import type { LimitName, Plan } from '../../models/capacity/plan.ts';
import type { Assumed, Limits, Machine } from '../../models/capacity/types.ts';

interface Told {
  name: string;
  remedy: string;
}

/** What breaks, and what to do then. */
const LIMITS: Readonly<Record<LimitName, Told>> = {
  disk: { name: 'disk', remedy: 'distribute; each server holds its share' },
  index_memory: {
    name: 'indexes in memory',
    remedy:
      'distribute: what is written touches every page of an index of random ids, which must lie in memory',
  },
  first_load: { name: 'first load', remedy: 'several workers, then distribute' },
  counting: {
    name: 'counting of words',
    remedy:
      'load with `search_term` left alone and count once at the end; then sums by shard, added when asked',
  },
  news: { name: 'news of a gazette', remedy: 'distribute' },
  vacuum: {
    name: 'vacuum',
    remedy: 'distribute: each server vacuums its shards at once; before that, more autovacuum workers',
  },
  revaluation: { name: 'revaluation', remedy: 'a worker beside each server (`src/db/shards.ts`)' },
  words: {
    name: 'words that most patents have',
    remedy:
      'bound how many matches are looked at before they are ranked, or have such words need a filter; servers alone help little',
  },
  prior_art: { name: 'prior art', remedy: 'distribute; until then fewer candidates' },
  log: {
    name: 'log of the first load',
    remedy: 'archive while loading, or load without archiving and back up after it',
  },
  sums: { name: 'sums on the coordinator', remedy: 'keep `search_term` by shard' },
  outbox: {
    name: 'outbox',
    remedy:
      'a second deliverer (lanes are shared out); then the outbox by organisation on a server of its own',
  },
};

export function planTable(plans: readonly Plan[]): string {
  return table(
    [
      ...['patents', 'servers', 'because of', 'machines', 'TB', 'TB a server', 'first load h', 'news h'],
      ...[
        'vacuum h',
        'revaluation h',
        'words p99 ms',
        'prior art p99 ms',
        'log of the load TB',
        'log a day GB',
        'events a second',
      ],
    ],
    plans.map((plan) => [
      count(plan.patents),
      String(plan.servers),
      plan.servers === 1 ? '' : LIMITS[plan.because].name,
      String(plan.machines),
      figure(plan.bytes / 1e12),
      figure(plan.bytes_a_server / 1e12),
      figure(Math.max(plan.first_load_hours, plan.counting_hours)),
      figure(plan.news_hours),
      figure(plan.vacuum_hours),
      figure(plan.revaluation_hours),
      figure(plan.words_p99_ms),
      figure(plan.prior_art_p99_ms),
      figure(plan.first_load_log_bytes / 1e12),
      figure(plan.log_bytes_a_day / 1e9),
      figure(plan.events_per_second),
    ]),
  );
}

export function brokenTable(plans: readonly Plan[]): string {
  const names = (limits: readonly LimitName[]) =>
    limits.map((limit) => LIMITS[limit].name).join(', ') || 'nothing';
  return table(
    ['patents', 'broken on one server', 'still broken on the servers of the plan'],
    plans.map(({ patents, broken_on_one, still_broken }) => [
      count(patents),
      names(broken_on_one),
      names(still_broken),
    ]),
  );
}

export function breakTable(breaks: readonly { limit: LimitName; patents: number }[]): string {
  return table(
    ['from patents', 'breaks on one server', 'then'],
    breaks.map(({ limit, patents }) => [count(patents), LIMITS[limit].name, LIMITS[limit].remedy]),
  );
}

export function premises(machine: Machine, assumed: Assumed, limits: Limits): string {
  const share = (part: number) => `${Math.round(part * 100)} %`;
  return `A server: ${machine.cores} cores, ${machine.memory_bytes / 2 ** 30} GiB, ${machine.disk_bytes / 1e12} TB. Taken for granted, not
measured: its disk may be ${share(assumed.disk_share)} full, ${share(assumed.memory_share)} of its memory may hold indexes, bulk work may have ${share(assumed.core_share)} of its
cores; the signals of a patent come over ${assumed.signal_years} years, all news of ${assumed.gazette_days} days in one gazette; one patent in ${Math.round(1 / assumed.pledged_share)} is pledged and
gives ${assumed.events_per_pledged_year} events a year. Limits: first load ${limits.first_load_hours} h, news ${limits.news_hours} h, vacuum ${limits.vacuum_hours} h, revaluation ${limits.revaluation_hours} h, 99 of 100 questions for
words ${limits.words_p99_ms} ms and for prior art ${limits.prior_art_p99_ms} ms, log kept ${limits.log_bytes / 1e12} TB.`;
}

/** Three digits tell all that there is to know. */
function figure(value: number): string {
  return value >= 1000 ? count(value) : String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}

export function count(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
