/** What the value of each patent follows from, kept up from what is known of it. */
import type { CalendarDate } from '../../models/types.ts';
import type { Transaction } from '../db/client.ts';
import { CopyLines, copyLine } from '../db/copy.ts';
import type { Derivation } from '../patents/derived.ts';
import { technologyField } from '../patents/technology-field.ts';
import { FACT_COLUMNS } from './rows.ts';

/** A row of corpus_patent but for its number. */
export interface CorpusFacts {
  patent_id: string;
  source: string;
  office: string;
  right_type: string;
  legal_state: string;
  filed_on: CalendarDate;
  granted_on: CalendarDate | null;
  claims: number | null;
  ipc_symbols: number;
  individual_applicant: boolean | null;
  domestic_applicant: boolean | null;
  agency: boolean | null;
  technology_field: number | null;
  challenges: number;
}

const COLUMNS = FACT_COLUMNS.filter((column) => column !== 'number') as (keyof CorpusFacts)[];
/** Patents whose facts are in memory together. */
const SLICE_PATENTS = 5_000;

/** After deriveSearch, which found the state in law. Patents without a known filing day cannot be valued and are left out. */
export const deriveCorpusFacts: Derivation = async (tx, patent_ids, at) => {
  for (let first = 0; first < patent_ids.length; first += SLICE_PATENTS) {
    const slice = patent_ids.slice(first, first + SLICE_PATENTS);
    await storeFacts(tx, await readFacts(tx, slice, at), at);
  }
};

async function readFacts(tx: Transaction, patent_ids: readonly string[], at: Date): Promise<CorpusFacts[]> {
  const rows = await tx<(Omit<CorpusFacts, 'technology_field'> & { first_ipc: string | null })[]>`
    select patent.patent_id, patent.source, patent.office, patent.right_type, found.legal_state, facts.filed_on,
      found.granted_on, facts.claims, cardinality(facts.ipc) as ipc_symbols, facts.individual_applicant,
      facts.domestic_applicant, facts.agency, facts.ipc[1] as first_ipc,
      (select count(*) from signal where signal.patent_id = patent.patent_id and signal.known_at <= ${at}
        and signal.kind = 'challenged') as challenges
    from patent join patent_search found using (patent_id)
    join lateral (select * from patent_facts where patent_facts.patent_id = patent.patent_id
      and patent_facts.known_at <= ${at} order by patent_facts.known_at desc limit 1) facts on true
    where patent.patent_id = any(${patent_ids as string[]}::uuid[]) and patent.known_at <= ${at}
      and facts.filed_on is not null
    order by patent.patent_id`;
  return rows.map(({ first_ipc, ...row }) => ({
    ...row,
    technology_field: first_ipc === null ? null : technologyField(first_ipc),
  }));
}

/** Stores what is not there as it is, and marks its values stale in the same statement. */
export async function storeFacts(tx: Transaction, told: readonly CorpusFacts[], at: Date): Promise<void> {
  if (told.length === 0) return;
  const lines = new CopyLines();
  for (const facts of told) lines.add(copyLine(COLUMNS.map((name) => facts[name])));
  const names = tx.unsafe(COLUMNS.join(', '));
  await tx`create temporary table if not exists corpus_patent_told on commit drop as
    select ${names} from corpus_patent with no data`;
  await tx`truncate corpus_patent_told`;
  await lines.copyInto(tx, 'corpus_patent_told', COLUMNS);
  const of = (table: string) => tx.unsafe(COLUMNS.map((name) => `${table}.${name}`).join(', '));
  await tx`
    with fresh as (
      select told.* from corpus_patent_told told left join corpus_patent kept using (patent_id)
      where (${of('kept')}) is distinct from (${of('told')})),
    changed as (
      update corpus_patent kept set (${names}) = (select ${of('fresh')})
      from fresh where kept.patent_id = fresh.patent_id returning kept.patent_id),
    added as (
      insert into corpus_patent (${names}) select ${of('fresh')} from fresh
      where not exists (select from corpus_patent kept where kept.patent_id = fresh.patent_id) order by patent_id)
    insert into corpus_stale (patent_id, since) select patent_id, ${at}::timestamptz from fresh order by patent_id
    on conflict (patent_id) do update set since = excluded.since`;
}
