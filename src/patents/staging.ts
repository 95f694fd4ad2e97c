/**
 * Records on their way into the database: chunk by chunk into unlogged tables of their run, from which merge.ts takes
 * them once it is decided that the file may be stored.
 */
import { uuidOf } from '../canonical.ts';
import type { Transaction } from '../db/client.ts';
import { bibliographyRows } from './bibliography.ts';
import { copyInto, copyLine } from './copy.ts';
import { patentId } from './identity.ts';
import type { AcceptedRecord, QuarantinedRecord, SignalRecord, SourceRecord } from './sources/record.ts';

/** Records a chunk: what a merge takes in one transaction of about a second. */
const CHUNK_RECORDS = 20_000;
/** Characters a chunk, so that records with long texts bound memory too. */
const CHUNK_CHARS = 16_000_000;

/** Columns of each staged table besides `chunk`, and the table whose types they have. */
export const STAGED: Readonly<Record<string, { like: string; columns: readonly string[] }>> = {
  patent: {
    like: 'patent join patent_facts using (patent_id)',
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
  quarantine: { like: 'quarantine', columns: ['number', 'line', 'field', 'code', 'reason', 'excerpt'] },
  patent_publication: {
    like: 'patent_publication',
    columns: ['patent_id', 'entry_id', 'office', 'number', 'kind', 'published_on'],
  },
  patent_party: {
    like: 'patent_party',
    columns: ['patent_id', 'entry_id', 'source', 'role', 'sequence', 'name', 'country', 'published_on'],
  },
  patent_priority: {
    like: 'patent_priority',
    columns: ['patent_id', 'entry_id', 'office', 'number', 'filed_on'],
  },
  patent_class: { like: 'patent_class', columns: ['patent_id', 'scheme', 'symbol'] },
  patent_citation: {
    like: 'patent_citation',
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
    columns: ['patent_id', 'entry_id', 'part', 'language', 'content', 'published_on'],
  },
};

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
  readonly #lines = new Map<string, string[]>();
  /** By patent: what a record leaves out, an earlier one of the chunk may have told. */
  readonly #patents = new Map<string, Record<string, unknown>>();
  #chars = 0;

  constructor(number: number, source: string) {
    this.number = number;
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
    const known = this.#patents.get(patent_id) ?? { patent_id };
    for (const [name, fact] of Object.entries(record.patent))
      if (fact !== null && String(fact) !== '') known[name] = fact;
    this.#patents.set(patent_id, known);
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

  #reject({ line, field, code, reason, excerpt }: QuarantinedRecord): void {
    this.rejected += 1;
    this.#push('quarantine', [this.rejected, line, field, code, reason, excerpt]);
  }

  #push(table: string, cells: Parameters<typeof copyLine>[0]): void {
    const line = copyLine([this.number, ...cells]);
    const lines = this.#lines.get(table);
    if (lines) lines.push(line);
    else this.#lines.set(table, [line]);
    this.#chars += line.length;
  }

  /** Writes the chunk into the staged tables of its run, making those that it is the first to need. */
  async stage(tx: Transaction, run_id: string): Promise<void> {
    for (const row of this.#patents.values()) this.#push('patent', cellsOf('patent', row));
    this.#patents.clear();
    for (const [table, lines] of this.#lines) {
      const name = stagedName(run_id, table);
      const { like, columns } = STAGED[table]!;
      await tx`create unlogged table if not exists ${tx(name)} as
        select 0 as chunk, ${tx.unsafe(columns.join(', '))} from ${tx.unsafe(like)} with no data`;
      await copyInto(tx, name, ['chunk', ...columns], lines);
    }
  }
}

function cellsOf(table: string, row: Record<string, unknown>): Parameters<typeof copyLine>[0] {
  return STAGED[table]!.columns.map((column) => row[column] as string);
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
