/** What a capacity plan is made from. Every rate is of one processor core unless it says otherwise; a byte is a byte. */

export interface TableBytes {
  /** A patent: of rows with what lies apart from them, and of indexes. */
  rows: number;
  indexes: number;
}

/** What was measured on a machine (jobs/capacity/measured.ts names the runs). */
export interface Measured {
  /** Of a patent, by table that is cut by patent. */
  tables: Readonly<Record<string, TableBytes>>;
  /** Of what stays whole on the coordinator: in how many documents each word stands. It grows with a power of the patents. */
  sums: { patents: number; bytes: number; exponent: number };
  /** Of a patent: log of storing it and of making it findable. */
  ingest_log_bytes: number;
  derive_log_bytes: number;
  /** Core time of a patent: from the file into the tables, into the search rows, valued, and read and written for it. */
  ingest_us: number;
  derive_us: number;
  /** Of derive_us, what one process does at a time in the whole system: counting in how many documents a word stands. */
  counting_us: number;
  valuation_us: number;
  valuation_copy_us: number;
  vacuum_us: number;
  /** Signals that a patent has over its life. */
  signals: number;
  /** Core time of a question, 99 of 100, with so many patents; it grows with a power of their number. */
  words: Growth;
  prior_art: Growth;
  /** Of one process, in order, whatever the cores. */
  deliveries_per_second: number;
}

export interface Growth {
  patents: number;
  p99_ms: number;
  exponent: number;
}

/** A server as it can be rented; what a plan is made of, not what was measured on. */
export interface Machine {
  cores: number;
  memory_bytes: number;
  disk_bytes: number;
}

/** What a plan takes for granted; none of it is measured. */
export interface Assumed {
  verified: false;
  /** Years over which the signals of a patent come. */
  signal_years: number;
  /** Of all patents those that are pledged, and events that one of them gives a year. */
  pledged_share: number;
  events_per_pledged_year: number;
  /** Part of a disk that may be full, and of memory that may hold indexes. */
  disk_share: number;
  memory_share: number;
  /** Part of the cores that bulk work may have. */
  core_share: number;
  /** Gazettes appear once in so many days, and their news comes at once. */
  gazette_days: number;
}

/** What may not be exceeded. */
export interface Limits {
  first_load_hours: number;
  /** From a gazette to the last of its patents that is findable. */
  news_hours: number;
  /** Vacuum of all tables. */
  vacuum_hours: number;
  revaluation_hours: number;
  words_p99_ms: number;
  prior_art_p99_ms: number;
  /** Of the first load, kept until it is archived. */
  log_bytes: number;
}
