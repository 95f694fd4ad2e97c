/** Pledges with something at stake and their patents, as last valued by an instant: what a portfolio is made of. */
import type { CalendarDate, RightType } from '../../models/types.ts';
import type { Sql } from '../db/client.ts';
import type { PledgeState } from '../pledges/lifecycle.ts';
import type { PatentValue } from '../pledges/store.ts';

export interface PledgePosition {
  pledge_id: string;
  firm_id: string;
  state: PledgeState;
  status: 'valued' | 'worthless' | 'unknown';
  matures_on: CalendarDate;
  outstanding_minor: number;
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  ltv_bp: number | null;
  ltv_warning_bp: number;
  ltv_breach_bp: number;
  /** That the limit is passed within 30, 90 and 180 days, as stated with the value; empty where nothing was stated. */
  breach_probabilities: number[];
  /** As the latest point has them. */
  patents: PatentValue[];
}

export interface PatentPosition {
  pledge_id: string;
  patent_id: string;
  office: string;
  right_type: RightType;
  technology_field: number | null;
  expires_on: CalendarDate | null;
  low_minor: number;
  mid_minor: number;
  high_minor: number;
  in_force_probability: number;
  lapse_probability: number | null;
  validity_probability: number | null;
}

/**
 * SHA-256 of all that the positions are made of, taken where the rows are: what stays the same need not be read. Of the latest
 * points, and of what was stated beside them, when they were known and which transactions wrote them.
 * @param bank_id whose pledges; null for those of all banks
 */
export async function positionsDigest(sql: Sql, bank_id: string | null, known_at: Date): Promise<string> {
  const [row] = await sql<{ digest: string }[]>`
    select encode(sha256(convert_to(coalesce(string_agg(concat_ws(' ', pledge.id, matures_on, ltv_warning_bp,
      ltv_breach_bp, latest.known_at, latest.xmin), E'\n' order by pledge.id), ''), 'UTF8')), 'hex') as digest
    from pledge
    cross join lateral (select known_at, xmin from pledge_valuation where pledge_id = pledge.id and known_at <= ${known_at}
      order by as_of desc, known_at desc limit 1) latest
    where ${ofBank(sql, bank_id)} and pledge.created_at <= ${known_at}`;
  return row!.digest;
}

/** @param bank_id whose pledges; null for those of all banks */
export async function pledgePositions(
  sql: Sql,
  bank_id: string | null,
  known_at: Date,
): Promise<PledgePosition[]> {
  const rows = await sql<PledgePosition[]>`
    select pledge.id as pledge_id, pledge.firm_id, latest.state, latest.status, pledge.matures_on,
      latest.patents, latest.outstanding_minor, latest.low_minor, latest.mid_minor, latest.high_minor, latest.ltv_bp,
      pledge.ltv_warning_bp, pledge.ltv_breach_bp, outlook.breach_probabilities
    from pledge
    join lateral (select * from pledge_valuation where pledge_id = pledge.id and known_at <= ${known_at}
      order by as_of desc, known_at desc limit 1) latest on true
    cross join lateral (select coalesce(array_agg(breach_probability order by horizon_days), '{}') as breach_probabilities
      from pledge_outlook said where said.pledge_id = pledge.id and said.as_of = latest.as_of
        and said.known_at = latest.known_at) outlook
    where ${ofBank(sql, bank_id)} and pledge.created_at <= ${known_at}
      and latest.state not in ('withdrawn', 'released', 'disposed')
    order by pledge.id`;
  return [...rows];
}

function ofBank(sql: Sql, bank_id: string | null) {
  return bank_id === null ? sql`true` : sql`pledge.bank_id = ${bank_id}`;
}

/** Those of the pledges' patents that have a number, in order of pledge and patent. Valuations never change. */
export async function patentPositions(
  sql: Sql,
  pledges: readonly Pick<PledgePosition, 'pledge_id' | 'patents'>[],
): Promise<PatentPosition[]> {
  const said = pledges.flatMap(({ pledge_id, patents }) =>
    patents.map(({ patent_id, valuation_id, lapse_probability }) => ({
      pledge_id,
      patent_id,
      valuation_id,
      lapse_probability,
    })),
  );
  const rows = await sql<PatentPosition[]>`
    with valued as materialized (
      select said.pledge_id, valuation.*, said.lapse_probability
      from jsonb_to_recordset(${sql.json(said as never)}) as said
        (pledge_id text, patent_id uuid, valuation_id text, lapse_probability float8)
      join valuation using (patent_id, valuation_id) where valuation.mid_minor is not null)
    select pledge_id, valued.patent_id, patent.office, patent.right_type,
      (detail #>> '{facts,technology_field}')::integer as technology_field,
      (detail ->> 'expires_on')::date as expires_on,
      valued.low_minor, valued.mid_minor, valued.high_minor,
      coalesce((detail ->> 'in_force_probability')::float8, 0) as in_force_probability,
      lapse_probability, (detail ->> 'validity_probability')::float8 as validity_probability
    from valued join patent using (patent_id)
    order by pledge_id, valued.patent_id`;
  return [...rows];
}
