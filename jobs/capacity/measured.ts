/**
 * The constants of the capacity plan, and where each was measured: two cores of an AMD EPYC, PostgreSQL 18, while other work ran
 * on them, so that times are rather too long than too short. Measure again with the commands named, and put the figures here.
 */
import type { World } from '../../models/capacity/plan.ts';

const TB = 1e12;
const GIB = 2 ** 30;

export const WORLD: World = {
  measured: {
    // npm run bench -- sizes --patents 100000
    tables: {
      patent: { rows: 85, indexes: 76 },
      patent_facts: { rows: 183, indexes: 41 },
      signal: { rows: 372, indexes: 162 },
      patent_publication: { rows: 94, indexes: 50 },
      patent_party: { rows: 133, indexes: 50 },
      patent_class: { rows: 110, indexes: 80 },
      patent_citation: { rows: 251, indexes: 146 },
      patent_text: { rows: 1108, indexes: 157 },
      patent_search: { rows: 3091, indexes: 1934 },
    },
    // search_term: 1.0 GB at a million (docs/performance.md, search), 0.235 GB at 100,000.
    sums: { patents: 1_000_000, bytes: 1.0e9, exponent: Math.log10(1.0e9 / 0.235e9) },
    ingest_log_bytes: 4622,
    derive_log_bytes: 25153,
    vacuum_us: 242,
    // docs/performance.md, bulk load: a million with texts at 1,239 a second, as if it had had a core to itself.
    ingest_us: 807,
    // The same, made findable: 1.1 ms of the server beside a million patents, and 0.14 ms of the program.
    derive_us: 1240,
    counting_us: 190,
    // docs/performance.md, the values of all patents: processor time of Node and of the server, of which a fifth of the patents have a value.
    valuation_us: 2.6,
    valuation_copy_us: 4.2,
    // 3.2 million signals of a million patents.
    signals: 3.2,
    // docs/performance.md, search, processor time of 99 of 100. Prior art grew from 75 to 264 ms between 20,000 and a million.
    words: { patents: 1_000_000, p99_ms: 137, exponent: 1 },
    prior_art: { patents: 1_000_000, p99_ms: 231, exponent: Math.log(264 / 75) / Math.log(50) },
    // docs/reliability.md, the slowest of three runs.
    deliveries_per_second: 2538,
  },
  machine: { cores: 16, memory_bytes: 128 * GIB, disk_bytes: 4 * TB },
  assumed: {
    verified: false,
    signal_years: 20,
    pledged_share: 0.001,
    events_per_pledged_year: 12,
    disk_share: 0.6,
    memory_share: 0.5,
    core_share: 0.5,
    gazette_days: 7,
  },
  limits: {
    first_load_hours: 48,
    news_hours: 6,
    vacuum_hours: 6,
    revaluation_hours: 1,
    words_p99_ms: 150,
    prior_art_p99_ms: 500,
    log_bytes: TB,
  },
};

/** Sizes of the table, in patents. */
export const SIZES = [1e6, 3e6, 1e7, 3e7, 1e8, 1.3e8, 3e8, 1e9];
