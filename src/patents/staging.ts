/**
 * Records on their way into the database: chunk by chunk into unlogged tables of their run, from which merge.ts takes
 * them once it is decided that the file may be stored.
 */
import { uuidOf } from '../canonical.ts';
import type { Transaction } from '../db/client.ts';
import { type Cell, CopyLines, copyLine } from '../db/copy.ts';
import { bibliographyRows } from './bibliography.ts';
import { patentId } from './identity.ts';
import type {
  AcceptedRecord,
  PatentRecord,
  QuarantinedRecord,
  SignalRecord,
  SourceRecord,
} from './sources/record.ts';

/** Records a chunk: what a merge takes in one transaction of half a second. */
const CHUNK_RECORDS = 5_000;
/** Characters a chunk, so that records with long texts bound memory too. */
const CHUNK_CHARS = 4_000_000;

interface StagedTable {
  /** The table whose types its columns have. */
  like: string;
  /** Besides `chunk`. */
  columns: readonly string[];
  /** Of the append-only table of the same name that its rows go into; null where they are not merely appended. */
  key: readonly string[] | null;
  /** Whether rows of that table name the source that told them. */
  of_source?: true;
}

const ENTRY = ['patent_id', 'entry_id'];

export const STAGED: Readonly<Record<string, StagedTable>> = {
  patent: {
    like: 'patent join patent_facts using (patent_id)',
    key: null,
    columns: [
      'patent_id',
      'office',
      'application_number',
      'right_type',
      'publication_number',
      'kind',
      'filed_on',
      'priority_on',
      'title',
      'claims',
      'ipc',
      'individual_applicant',
      'domestic_applicant',
      'agency',
    ],
  },
  signal: {
    like: 'signal',
    key: ['patent_id', 'signal_id'],
    of_source: true,
    columns: [
      'patent_id',
      'signal_id',
      'kind',
      'category',
      'source_code',
      'effective_on',
      'published_on',
      'detail',
    ],
  },
  quarantine: {
    like: 'quarantine',
    key: null,
    columns: ['line', 'field', 'code', 'reason', 'excerpt'],
  },
  patent_publication: {
    like: 'patent_publication',
    key: ENTRY,
    columns: ['patent_id', 'entry_id', 'office', 'number', 'kind', 'published_on'],
  },
  patent_party: {
    like: 'patent_party',
    key: ENTRY,
    columns: ['patent_id', 'entry_id', 'source', 'role', 'sequence', 'name', 'country', 'published_on'],
  },
  patent_priority: {
    like: 'patent_priority',
    key: ENTRY,
    columns: ['patent_id', 'entry_id', 'office', 'number', 'filed_on'],
  },
  patent_class: {
    like: 'patent_class',
    key: ['patent_id', 'scheme', 'symbol'],
    columns: ['patent_id', 'scheme', 'symbol'],
  },
  patent_citation: {
    like: 'patent_citation',
    key: ENTRY,
    columns: [
      'patent_id',
      'entry_id',
      'cited_office',
      'cited_number',
      'cited_kind',
      'cited_patent_id',
      'cited_reference',
      'literature',
      'phase',
      'cited_by',
      'categories',
      'published_on',
    ],
  },
  patent_text: {
    like: 'patent_text',
    key: ENTRY,
    columns: ['patent_id', 'entry_id', 'part', 'language', 'content', 'published_on'],
  },
};

/** What every staged row has: where in the run it was read. */
const PLACE = ['chunk', 'record'];

/** Name of a run's staged table, in the schema `staging`. */
export function stagedName(run_id: string, table: string): string {
  return `staging.${run_id}_${table}`;
}

/** Records read and not staged yet, as lines of COPY by table. */
export class Chunk {
  readonly number: number;
  records = 0;
  rejected = 0;
  readonly #source: string;
  readonly #lines = new Map<string, CopyLines>();
  /** By patent: what a record leaves out, an earlier one of the chunk may have told; and the last that told anything new. */
  readonly #patents = new Map<string, { facts: PatentRecord; record: number }>();
  /** Records of the run before this chunk. */
  readonly #before: number;
  #chars = 0;

  constructor(number: number, source: string, before: number) {
    this.number = number;
    this.#before = before;
    this.#source = source;
  }

  get full(): boolean {
    return this.records >= CHUNK_RECORDS || this.#chars >= CHUNK_CHARS;
  }

  add(record: SourceRecord): void {
    this.records += 1;
    if (record.ok) this.#accept(record);
    else this.#reject(record);
  }

  #accept(record: AcceptedRecord): void {
    const { office, application_number } = record.patent;
    const patent_id = patentId(office, application_number);
    this.#tell(patent_id, record.patent);
    for (const signal of record.signals) {
      const { kind, category, source_code, effective_on, published_on, detail } = signal;
      const signal_id = uuidOf(`signal|${this.#source}|${patent_id}|${signalText(signal)}`);
      this.#push('signal', [
        patent_id,
        signal_id,
        kind,
        category,
        source_code,
        effective_on,
        published_on,
        detail,
      ]);
    }
    for (const { table, rows } of bibliographyRows(record, this.#source))
      for (const row of rows) this.#push(table, cellsOf(table, { patent_id, ...row }));
  }

  #tell(patent_id: string, facts: PatentRecord): void {
    const known = this.#patents.get(patent_id);
    if (!known) return void this.#patents.set(patent_id, { facts, record: this.#record });
    for (const [name, fact] of Object.entries(told(facts))) {
      if (String(known.facts[name as keyof PatentRecord]) === String(fact)) continue;
      known.facts = { ...known.facts, [name]: fact };
      known.record = this.#record;
    }
  }

  /** Number of the record at hand, from 1 in the run. */
  get #record(): number {
    return this.#before + this.records;
  }

  #reject({ line, field, code, reason, excerpt }: QuarantinedRecord): void {
    this.rejected += 1;
    this.#push('quarantine', [line, field, code, reason, excerpt]);
  }

  #push(table: string, cells: readonly Cell[], record = this.#record): void {
    const line = copyLine([this.number, record, ...cells]);
    const lines = this.#lines.get(table) ?? new CopyLines();
    this.#lines.set(table, lines);
    lines.add(line);
    this.#chars += line.length;
  }

  /** Writes the chunk into the staged tables of its run, making those that it is the first to need. */
  async stage(tx: Transaction, run_id: string): Promise<void> {
    for (const [patent_id, { facts, record }] of this.#patents)
      this.#push('patent', cellsOf('patent', { patent_id, ...facts }), record);
    this.#patents.clear();
    for (const [table, lines] of this.#lines) {
      const name = stagedName(run_id, table);
      const { like, columns } = STAGED[table]!;
      await tx`create unlogged table if not exists ${tx(name)} as
        select 0 as chunk, 0::bigint as record, ${tx.unsafe(columns.join(', '))} from ${tx.unsafe(like)} with no data`;
      await lines.copyInto(tx, name, [...PLACE, ...columns]);
    }
  }
}

/** The facts that a record has; an empty one is not told. */
function told(patent: PatentRecord): Partial<PatentRecord> {
  return Object.fromEntries(
    Object.entries(patent).filter(([, fact]) => fact !== null && String(fact) !== ''),
  );
}

function cellsOf(table: string, row: Record<string, unknown>): Cell[] {
  return STAGED[table]!.columns.map((column) => (row[column] === '' ? null : (row[column] as Cell)));
}

/** What `canonicalJson` gives of a signal, at a third of the time. */
function signalText({
  kind,
  category,
  source_code,
  effective_on,
  published_on,
  detail,
}: SignalRecord): string {
  const entries = Object.entries(detail);
  if (entries.length > 1) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const told = JSON.stringify(Object.fromEntries(entries));
  return `{"category":${JSON.stringify(category)},"detail":${told},"effective_on":${JSON.stringify(effective_on)},"kind":${JSON.stringify(kind)},"published_on":${JSON.stringify(published_on)},"source_code":${JSON.stringify(source_code)}}`;
}

/** The staged tables that a run has made. */
export async function stagedTables(tx: Transaction, run_id: string): Promise<Set<string>> {
  const rows = await tx<{ table: string }[]>`
    select substr(relname, ${run_id.length + 2}::int) as table from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'staging' and relkind = 'r' and starts_with(relname, ${`${run_id}_`})`;
  return new Set(rows.map(({ table }) => table));
}

export async function dropStaged(tx: Transaction, run_id: string): Promise<void> {
  for (const table of await stagedTables(tx, run_id)) await tx`drop table ${tx(stagedName(run_id, table))}`;
  await tx`delete from ingest_chunk where run_id = ${run_id}`;
}
