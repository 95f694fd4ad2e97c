/** One staged chunk into the patent database, in one statement, so that its tables agree whatever happens. */
import type { Transaction } from '../db/client.ts';
import { STAGED, stagedName } from './staging.ts';

export interface MergedChunk {
  /** Patents of which something was new. */
  patents: number;
  /** Signals that were new. */
  signals: number;
}

const BIBLIOGRAPHY = Object.keys(STAGED).filter((table) => table.startsWith('patent_'));
const FACTS = STAGED.patent!.columns.slice(4);

/**
 * Stores what is new of a chunk, and marks the live pledges whose patents have news and the patents whose derived rows
 * are behind. A mark that stands is locked, or a valuation that began before this is committed would take it away
 * without seeing the news: ten signals leave one mark, and so cost one valuation.
 * @param staged tables that the run has
 */
export async function mergeChunk(
  tx: Transaction,
  run: { id: string; source: string },
  chunk: number,
  staged: ReadonlySet<string>,
  known_at: Date,
): Promise<MergedChunk> {
  const from = (table: string) =>
    tx`${tx(stagedName(run.id, table))} where chunk = ${chunk} order by patent_id`;
  const around = BIBLIOGRAPHY.filter((table) => staged.has(table));
  // The driver takes an empty list for a value.
  const each = (part: (table: string) => object) =>
    around.length === 0 ? tx`` : (around.map(part) as never);
  const [counts] = await tx<MergedChunk[]>`
    with new_patent as (
      insert into patent (patent_id, office, application_number, right_type, source, known_at)
      select patent_id, office, application_number, right_type, ${run.source}, ${known_at}::timestamptz
      from ${from('patent')} on conflict (patent_id) do nothing returning patent_id),
    new_facts as (${newFacts(tx, stagedName(run.id, 'patent'), chunk, known_at)}),
    new_signal as (${
      staged.has('signal')
        ? tx`insert into signal (patent_id, signal_id, kind, category, source_code, effective_on, published_on, detail,
            source, known_at)
          select patent_id, signal_id, kind, category, source_code, effective_on, published_on, detail,
            ${run.source}, ${known_at}::timestamptz
          from ${from('signal')} on conflict (patent_id, signal_id) do nothing returning patent_id`
        : tx`select patent_id from patent where false`
    })
    ${each((table) => {
      const columns = tx.unsafe(STAGED[table]!.columns.join(', '));
      return tx`, ${tx(`new_${table}`)} as (
        insert into ${tx(table)} (${columns}, known_at) select ${columns}, ${known_at}::timestamptz
        from ${from(table)} on conflict do nothing returning patent_id)`;
    })},
    fresh as (
      select patent_id from new_patent union select patent_id from new_facts union select patent_id from new_signal
      ${each((table) => tx`union select patent_id from ${tx(`new_${table}`)}`)}),
    stale as (
      insert into pledge_stale (pledge_id, since, reason)
      select distinct pledge.id, ${known_at}::timestamptz, 'signal'
      from fresh join pledge_patent using (patent_id) join pledge on pledge.id = pledge_patent.pledge_id
      where pledge.live order by pledge.id
      on conflict (pledge_id) do update set since = least(pledge_stale.since, excluded.since)),
    behind as (
      insert into patent_change (patent_id, since) select patent_id, ${known_at}::timestamptz from fresh order by patent_id
      on conflict (patent_id) do update set since = least(patent_change.since, excluded.since))
    select (select count(*) from fresh) as patents, (select count(*) from new_signal) as signals`;
  return counts!;
}

/**
 * Appends facts where a chunk adds to the latest known ones or differs from them. A source that is silent on a fact
 * does not unsay it; what is told at one instant makes one row.
 */
function newFacts(tx: Transaction, staged: string, chunk: number, known_at: Date) {
  // Names of columns are this program's own, so they may stand in the statement as they are.
  const list = (term: (column: string) => string) => tx.unsafe(FACTS.map(term).join(', '));
  const columns = list((column) => column);
  return tx`
    insert into patent_facts (patent_id, known_at, ${columns})
    select patent_id, ${known_at}::timestamptz, ${columns}
    from (select told.patent_id, latest.patent_id is not null as known, (${list((column) => `latest.${column}`)}) as before,
        ${list((column) =>
          column === 'ipc'
            ? "coalesce(nullif(told.ipc, '{}'), latest.ipc, '{}') as ipc"
            : `coalesce(told.${column}, latest.${column}) as ${column}`,
        )}
      from ${tx(staged)} told left join lateral (select * from patent_facts facts
        where facts.patent_id = told.patent_id order by facts.known_at desc limit 1) latest on true
      where chunk = ${chunk}) merged
    where not known or (${columns}) is distinct from before
    order by patent_id
    on conflict (patent_id, known_at) do update set ${list((column) => `${column} = excluded.${column}`)}
    returning patent_id`;
}
