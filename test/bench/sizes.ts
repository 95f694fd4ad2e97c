/** `npm run bench -- sizes`: what a patent takes on disk, table by table, and what log storing it writes. */
import { corpusWorld } from '../../models/simulation/corpus-inventions.ts';
import type { Database } from '../../src/db/client.ts';
import { DISTRIBUTED_TABLES } from '../../src/db/distribution.ts';
import type { OnProgress } from '../chaos/run.ts';
import { openStore } from './field.ts';
import { rounded } from './figures.ts';
import { derive, ingestCorpus } from './search.ts';

interface TableSize {
  /** Bytes a patent: of rows with what lies apart from them, and of indexes. */
  rows: number;
  indexes: number;
}

export interface SizesReport {
  patents: number;
  tables: Record<string, TableSize>;
  /** Of these, of the index of words alone. */
  word_index: number;
  /** Bytes of log a patent. */
  ingest_log: number;
  derive_log: number;
  ingest_per_second: number;
  derive_per_second: number;
  /** Reading all search rows once, as a question does that no index answers, and vacuuming all tables anew. */
  scan_seconds: number;
  vacuum_seconds: number;
}

const SEED = 1;
const PATIENCE_ms = 1_800_000;
/** Sums over all patents, which grow with the corpus too. */
const SUMS = ['search_term', 'knowledge_cell'];

export async function benchSizes(patents: number, on_progress: OnProgress): Promise<SizesReport> {
  const store = await openStore();
  const database = store.database.sibling({ statement_timeout_ms: PATIENCE_ms });
  try {
    const world = corpusWorld(SEED, patents);
    const ingest = await measured(database, () => ingestCorpus(database, world, on_progress));
    const derived = await measured(database, () => derive(database, patents, on_progress));
    const vacuum = await measured(database, () => database.sql`vacuum (freeze, analyze)`);
    const scan = await measured(
      database,
      () => database.sql`select count(*) from patent_search where legal_state = ''`,
    );
    return {
      patents,
      tables: await tableSizes(database, patents),
      word_index: await wordIndex(database, patents),
      ingest_log: Math.round(ingest.log_bytes / patents),
      derive_log: Math.round(derived.log_bytes / patents),
      ingest_per_second: Math.round(patents / ingest.seconds),
      derive_per_second: Math.round(patents / derived.seconds),
      scan_seconds: rounded(scan.seconds, 3),
      vacuum_seconds: rounded(vacuum.seconds, 3),
    };
  } finally {
    await database.close();
    await store.close();
  }
}

async function measured(database: Database, work: () => PromiseLike<unknown>) {
  const before = await logPosition(database);
  const started_ms = performance.now();
  await work();
  const seconds = (performance.now() - started_ms) / 1000;
  return { seconds, log_bytes: (await logPosition(database)) - before };
}

async function logPosition({ sql }: Database): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`
    select (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint as bytes`;
  return row!.bytes;
}

async function tableSizes({ sql }: Database, patents: number): Promise<Record<string, TableSize>> {
  const rows = await sql<({ name: string } & TableSize)[]>`
    select relname as name, pg_table_size(oid)::bigint as rows, pg_indexes_size(oid)::bigint as indexes from pg_class
    where relnamespace = 'public'::regnamespace and relname = any(${[...DISTRIBUTED_TABLES, ...SUMS]}) order by relname`;
  return Object.fromEntries(
    rows.map(({ name, rows, indexes }) => [
      name,
      { rows: Math.round(rows / patents), indexes: Math.round(indexes / patents) },
    ]),
  );
}

async function wordIndex({ sql }: Database, patents: number): Promise<number> {
  const [row] = await sql<
    { bytes: number }[]
  >`select pg_relation_size('patent_search_document_idx')::bigint as bytes`;
  return Math.round(row!.bytes / patents);
}

export function sizesText({ tables, ...report }: SizesReport): string {
  const lines = Object.entries(tables).map(([name, { rows, indexes }]) => `${name}: ${rows} + ${indexes}`);
  return `Bytes a patent, of ${report.patents}, rows and indexes:
${lines.join('\n')}
of which the index of words ${report.word_index}
Log a patent: ${report.ingest_log} bytes to ingest it, ${report.derive_log} to make it findable
A second: ${report.ingest_per_second} ingested, ${report.derive_per_second} made findable
Seconds: ${report.scan_seconds} to read all search rows, ${report.vacuum_seconds} to vacuum all tables
`;
}
