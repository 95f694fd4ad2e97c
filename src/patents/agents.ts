/** Whom documents name as agents, and what became of the cases: of each patent every agent that was ever named. */
import type { CalendarDate } from '../../models/types.ts';
import { dateOf } from '../clock.ts';
import type { Sql } from '../db/client.ts';
import { technologyField } from './technology-field.ts';

export interface AgentCase {
  /** As the documents spell it, in small letters. */
  agent: string;
  patent_id: string;
  /** Adapters whose documents name the agent. */
  sources: string[];
  office: string;
  /** Of its first IPC symbol; null where it has none in the table. */
  technology_field: number | null;
  filed_on: CalendarDate;
  granted_on: CalendarDate | null;
  /** Refused or withdrawn, and not taken up again. */
  given_up_on: CalendarDate | null;
}

/**
 * The latest filed first. A patent that several of the agents are named in is a case of each.
 * @param names spellings, whatever their case; null for every agent
 */
export async function casesOfAgents(
  sql: Sql,
  names: readonly string[] | null,
  known_at: Date,
  limit: number,
): Promise<AgentCase[]> {
  const rows = await sql<(Omit<AgentCase, 'technology_field'> & { ipc: string | null })[]>`
    with named as (
      select patent_id, lower(name) as agent, array_agg(distinct source order by source) as sources from patent_party
      where role = 'agent' and known_at <= ${known_at}
        ${names ? sql`and lower(name) = any(array(select lower(asked) from unnest(${names as string[]}::text[]) asked))` : sql``}
      group by patent_id, lower(name))
    select agent, patent_id, sources, patent.office, facts.ipc[1] as ipc, facts.filed_on, granted_on, given_up_on
    from named join patent using (patent_id)
    join lateral (select ipc, filed_on from patent_facts where patent_facts.patent_id = named.patent_id
      and patent_facts.known_at <= ${known_at} order by patent_facts.known_at desc limit 1) facts on true
    left join lateral (select
        min(coalesce(effective_on, published_on)) filter (where kind = 'granted') as granted_on,
        max(coalesce(effective_on, published_on)) filter (where kind in ('refused', 'withdrawn')) as ended_on,
        max(coalesce(effective_on, published_on)) filter (where kind = 'restored') as restored_on
      from signal where signal.patent_id = named.patent_id and signal.known_at <= ${known_at}
        and published_on <= ${dateOf(known_at)}) course on true
    cross join lateral (select case when granted_on is null and (restored_on is null or restored_on < ended_on)
      then ended_on end as given_up_on) ended
    where facts.filed_on is not null
    order by facts.filed_on desc, patent_id, agent limit ${limit}`;
  return rows.map(({ ipc, ...row }) => ({
    ...row,
    technology_field: ipc === null ? null : technologyField(ipc),
  }));
}

/** Who challenged patents before an office, as far as its events name them. */
export async function challengersOf(
  sql: Sql,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select distinct coalesce(detail->>'opponent', detail->>'petitioner') as name from signal
    where patent_id = any(${patent_ids as string[]}::uuid[]) and kind = 'challenged' and known_at <= ${known_at}
      and coalesce(detail->>'opponent', detail->>'petitioner') is not null
    order by name`;
  return rows.map(({ name }) => name);
}
