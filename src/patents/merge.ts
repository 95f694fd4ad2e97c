/** Staged chunks into the patent database, in one statement, so that its tables agree whatever happens. */
import type { Transaction } from '../db/client.ts';
import { STAGED, stagedName } from './staging.ts';

export interface Merged {
  /** Records that told something new. */
  accepted: number;
  /** Signals that were new. */
  signals: number;
}

/** Chunks that are merged together, both ends counted. */
export interface ChunkRange {
  first: number;
  last: number;
}

interface MergedRun {
  id: string;
  source: string;
}

const APPENDED = Object.keys(STAGED).filter((table) => STAGED[table]!.key !== null);
const FACTS = STAGED.patent!.columns.slice(4);

/**
 * Stores what is new of some chunks, and marks the live pledges whose patents have news and the patents whose derived rows
 * are behind. A mark that stands is locked, or a valuation that began before this is committed would take it away
 * without seeing the news: ten signals leave one mark, and so cost one valuation.
 *
 * Rows go in by order of their keys: in any other every row asks for another page of the index. What is there already is
 * looked for instead of run into (`on conflict` writes every row twice), so that two runs that bring the same rows at
 * once may meet a unique violation: the caller tries again.
 * @param staged tables that the run has, `patent` among them
 */
export async function mergeChunks(
  tx: Transaction,
  run: MergedRun,
  chunks: ChunkRange,
  staged: ReadonlySet<string>,
  known_at: Date,
): Promise<Merged> {
  const tables = APPENDED.filter((table) => staged.has(table));
  // The driver takes an empty list for a value.
  const each = (part: (table: string) => object) =>
    tables.length === 0 ? tx`` : (tables.map(part) as never);
  const [counts] = await tx<Merged[]>`
    with told as materialized (${toldFacts(tx, run, chunks)}),
    new_patent as (
      insert into patent (patent_id, office, application_number, right_type, source, known_at)
      select patent_id, office, application_number, right_type, ${run.source}, ${known_at}::timestamptz
      from told where not exists (select from patent where patent.patent_id = told.patent_id)
      order by patent_id returning patent_id),
    changed as materialized (${changedFacts(tx)}),
    first_facts as (${insertFacts(tx, known_at)} where not known order by patent_id),
    new_facts as (${insertFacts(tx, known_at)} where known order by patent_id
      on conflict (patent_id, known_at) do update set ${tx.unsafe(FACTS.map((column) => `${column} = excluded.${column}`).join(', '))})
    ${each((table) => tx`, ${tx(`fresh_${table}`)} as materialized (${freshRows(tx, table, run, chunks)})`)}
    ${each((table) => tx`, ${tx(`new_${table}`)} as (${insertFresh(tx, table, run, known_at)})`)},
    news as materialized (
      select patent_id, record from changed
      ${each((table) => tx`union all select patent_id, record from ${tx(`fresh_${table}`)}`)}),
    stale as (
      insert into pledge_stale (pledge_id, since, reason)
      select distinct pledge.id, ${known_at}::timestamptz, 'signal'
      from news join pledge_patent using (patent_id) join pledge on pledge.id = pledge_patent.pledge_id
      where pledge.live and pledge_patent.removed_at is null order by pledge.id
      on conflict (pledge_id) do update set since = least(pledge_stale.since, excluded.since)),
    first_behind as (
      insert into patent_change (patent_id, since) select patent_id, ${known_at}::timestamptz from new_patent),
    behind as (
      insert into patent_change (patent_id, since)
      select distinct patent_id, ${known_at}::timestamptz from news
      where not exists (select from new_patent where new_patent.patent_id = news.patent_id) order by patent_id
      on conflict (patent_id) do update set since = least(patent_change.since, excluded.since))
    select (select count(distinct record) from news) as accepted,
      ${staged.has('signal') ? tx`(select count(*) from fresh_signal)` : tx`0`} as signals`;
  return counts!;
}

function insertFacts(tx: Transaction, known_at: Date) {
  const facts = columnList(tx, FACTS);
  return tx`insert into patent_facts (patent_id, known_at, ${facts})
    select patent_id, ${known_at}::timestamptz, ${facts} from changed`;
}

/** Names of columns are this program's own, so they may stand in a statement as they are. */
function columnList(tx: Transaction, columns: readonly string[]) {
  return tx.unsafe(columns.join(', '));
}

function stagedRows(tx: Transaction, run: MergedRun, table: string, { first, last }: ChunkRange) {
  return tx`${tx(stagedName(run.id, table))} staged where staged.chunk between ${first} and ${last}`;
}

/** One row a patent: what a chunk leaves out, an earlier one may have told. Few patents are told of by several chunks. */
function toldFacts(tx: Transaction, run: MergedRun, chunks: ChunkRange) {
  const { columns } = STAGED.patent!;
  const names = columnList(tx, columns);
  if (chunks.first === chunks.last)
    return tx`select record, ${names} from ${stagedRows(tx, run, 'patent', chunks)}`;
  const counted = tx`(select *, count(*) over (partition by patent_id) as times
    from ${stagedRows(tx, run, 'patent', chunks)}) counted`;
  return tx`
    select record, ${names} from ${counted} where times = 1
    union all
    select max(record), patent_id, ${tx.unsafe(columns.slice(1).map(lastTold).join(', '))}
    from ${counted} where times > 1 group by patent_id`;
}

/** Arrays of several lengths cannot be gathered in one, so symbols, which hold no line end, are gathered as text. */
function lastTold(column: string): string {
  if (column === 'ipc')
    return `coalesce(string_to_array((array_agg(array_to_string(ipc, e'\\n') order by chunk desc) filter (where ipc <> '{}'))[1], e'\\n'), '{}')`;
  return `(array_agg(${column} order by chunk desc) filter (where ${column} is not null))[1]`;
}

/**
 * Facts where what is told adds to the latest known ones or differs from them. A source that is silent on a fact does not
 * unsay it; what is told at one instant makes one row.
 */
function changedFacts(tx: Transaction) {
  const list = (term: (column: string) => string) => tx.unsafe(FACTS.map(term).join(', '));
  const columns = columnList(tx, FACTS);
  return tx`
    select patent_id, record, known, ${columns}
    from (select told.patent_id, record, latest.patent_id is not null as known,
        (${list((column) => `latest.${column}`)}) as before,
        ${list((column) =>
          column === 'ipc'
            ? "coalesce(nullif(told.ipc, '{}'), latest.ipc, '{}') as ipc"
            : `coalesce(told.${column}, latest.${column}) as ${column}`,
        )}
      from told left join lateral (select * from patent_facts facts
        where facts.patent_id = told.patent_id order by facts.known_at desc limit 1) latest on true) joined
    where not known or (${columns}) is distinct from before`;
}

/** Rows for an append-only table that are not there; a patent that was not there has none. */
function freshRows(tx: Transaction, table: string, run: MergedRun, chunks: ChunkRange) {
  const { columns, key } = STAGED[table]!;
  const keys = columnList(tx, key!);
  const same = tx.unsafe(key!.map((column) => `kept.${column} = staged.${column}`).join(' and '));
  return tx`
    select distinct on (${keys}) record, ${columnList(tx, columns)}
    from ${stagedRows(tx, run, table, chunks)} and (patent_id in (select patent_id from new_patent)
      or not exists (select from ${tx(table)} kept where ${same}))
    order by ${keys}, record`;
}

function insertFresh(tx: Transaction, table: string, run: MergedRun, known_at: Date) {
  const { columns, of_source } = STAGED[table]!;
  const names = columnList(tx, columns);
  return tx`
    insert into ${tx(table)} (${names}, ${of_source ? tx`source, ` : tx``}known_at)
    select ${names}, ${of_source ? tx`${run.source}, ` : tx``}${known_at}::timestamptz from ${tx(`fresh_${table}`)}`;
}
