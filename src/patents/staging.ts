/**
 * Records on their way into the database: chunk by chunk into unlogged tables of their run, from which merge.ts takes
 * them once it is decided that the file may be stored.
 */
import { canonicalJson, uuidOf } from '../canonical.ts';
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

/** Records a batch: what is staged in one transaction of half a second. */
const BATCH_RECORDS = 5_000;
/** Characters a batch, so that records with long texts bound memory too. */
const BATCH_CHARS = 4_000_000;
/** Added to the number of a batch, that of its chunk of the upper half. */
export const UPPER_HALF = 2 ** 30;

/** Of the ids of patents that a chunk has. */
export type Half = 'both' | 'lower' | 'upper';

export function halfOf(chunk: number): Half {
  if (chunk === 1) return 'both';
  return chunk < UPPER_HALF ? 'lower' : 'upper';
}

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

/**
 * Records read together and not staged yet. From the second batch of a run on they make two chunks, one for each half of the
 * ids of patents: no patent is in both, so the halves are merged side by side. A small file is merged at once.
 */
export class Batch {
  /** In the run, from 1. */
  readonly number: number;
  records = 0;
  readonly #lower: Chunk;
  readonly #upper: Chunk;
  /** Records of the run before this batch. */
  readonly #before: number;

  constructor(number: number, source: string, before: number) {
    this.number = number;
    this.#before = before;
    this.#lower = new Chunk(number, source);
    this.#upper = number === 1 ? this.#lower : new Chunk(UPPER_HALF + number, source);
  }

  get full(): boolean {
    const chars = this.#lower.chars + (this.#upper === this.#lower ? 0 : this.#upper.chars);
    return this.records >= BATCH_RECORDS || chars >= BATCH_CHARS;
  }

  add(record: SourceRecord): void {
    this.records += 1;
    const place = this.#before + this.records;
    if (record.ok) {
      const patent_id = patentId(record.patent.office, record.patent.application_number);
      const chunk = patent_id < '8' ? this.#lower : this.#upper;
      chunk.accept(record, patent_id, place);
    } else this.#lower.reject(record, place);
  }

  get chunks(): Chunk[] {
    return [...new Set([this.#lower, this.#upper])].filter(({ records }) => records > 0);
  }
}

/** Records of a batch as lines of COPY by table. */
export class Chunk {
  readonly number: number;
  records = 0;
  rejected = 0;
  chars = 0;
  readonly #source: string;
  readonly #lines = new Map<string, CopyLines>();
  /** By patent: what a record leaves out, an earlier one of the chunk may have told; and the last that told anything new. */
  readonly #patents = new Map<string, { facts: PatentRecord; record: number }>();

  constructor(number: number, source: string) {
    this.number = number;
    this.#source = source;
  }

  /** @param place number of the record in the run, from 1 */
  accept(record: AcceptedRecord, patent_id: string, place: number): void {
    this.records += 1;
    this.#tell(patent_id, record.patent, place);
    for (const signal of record.signals) {
      const { kind, category, source_code, effective_on, published_on, detail } = signal;
      const signal_id = uuidOf(`signal|${this.#source}|${patent_id}|${signalText(signal)}`);
      this.#push('signal', place, [
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
      for (const row of rows) this.#push(table, place, cellsOf(table, { patent_id, ...row }));
  }

  reject({ line, field, code, reason, excerpt }: QuarantinedRecord, place: number): void {
    this.records += 1;
    this.rejected += 1;
    this.#push('quarantine', place, [line, field, code, reason, excerpt]);
  }

  #tell(patent_id: string, facts: PatentRecord, place: number): void {
    const known = this.#patents.get(patent_id);
    if (!known) return void this.#patents.set(patent_id, { facts, record: place });
    for (const [name, fact] of Object.entries(told(facts))) {
      if (String(known.facts[name as keyof PatentRecord]) === String(fact)) continue;
      known.facts = { ...known.facts, [name]: fact };
      known.record = place;
    }
  }

  #push(table: string, place: number, cells: readonly Cell[]): void {
    const line = copyLine([this.number, place, ...cells]);
    const lines = this.#lines.get(table) ?? new CopyLines();
    this.#lines.set(table, lines);
    lines.add(line);
    this.chars += line.length;
  }

  /** Writes the chunk into the staged tables of its run, making those that it is the first to need. */
  async stage(tx: Transaction, run_id: string): Promise<void> {
    for (const [patent_id, { facts, record }] of this.#patents)
      this.#push('patent', record, cellsOf('patent', { patent_id, ...facts }));
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
function signalText(signal: SignalRecord): string {
  const { kind, category, source_code, effective_on, published_on, detail } = signal;
  const names = Object.keys(detail);
  const told = names.length < 2 ? JSON.stringify(detail) : canonicalJson(detail);
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
