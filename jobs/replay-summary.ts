/** What a replay did, counted from the database and the receivers. */
import { createHash } from 'node:crypto';
import type { Database, Sql } from '../src/db/client.ts';

export interface ReplaySummary {
  seed: number;
  /** Granted patents in the database. */
  patents: number;
  signals: number;
  quarantined: number;
  pledges: number;
  valuations: number;
  risk_events: number;
  /** One a risk event or move and endpoint. */
  deliveries: number;
  signatures_verified: number;
  /** Deliveries that the receivers never saw. */
  lost: number;
  /** Real termination notices that fell on a pledged patent while it was watched. */
  notices: number;
  /** Of these, how many an open warning preceded. */
  notices_warned: number;
  /** Median days from the first warning still open to the gazette notice; null when there was none. */
  median_lead_days: number | null;
  /** By warning rule: flags raised, those that a notice followed while they stood, median days before it. */
  warnings: Record<string, { raised: number; followed_by_notice: number; median_lead_days: number | null }>;
  /** SHA-256 over every valuation: two runs with one seed agree. */
  valuations_sha256: string;
  seconds: number;
}

/** Flags that speak of a lapse before the register does. */
const EARLY_RULES = ['annuity_overdue', 'lapse_likely'];

export async function summarise(
  { sql }: Database,
  seen: { seed: number; verified: number; arrived: ReadonlySet<string>; seconds: number },
): Promise<ReplaySummary> {
  const [counts] = await sql<Record<string, number>[]>`select
    (select count(distinct patent_id) from signal where kind = 'granted') as patents,
    (select count(*) from signal) as signals,
    (select count(*) from quarantine) as quarantined,
    (select count(*) from pledge) as pledges,
    (select count(*) from valuation) as valuations,
    (select count(*) from flag) as risk_events`;
  const sent = await sql<{ key: string }[]>`
    select '/' || endpoint.organisation_id || ' ' || each.event_id as key from (
      select endpoint_id, event_id from delivery union all select endpoint_id, event_id from delivery_history) each
    join endpoint on endpoint.id = each.endpoint_id`;
  return {
    seed: seen.seed,
    ...(counts as Pick<
      ReplaySummary,
      'patents' | 'signals' | 'quarantined' | 'pledges' | 'valuations' | 'risk_events'
    >),
    deliveries: sent.length,
    signatures_verified: seen.verified,
    lost: sent.filter(({ key }) => !seen.arrived.has(key)).length,
    ...(await leads(sql)),
    warnings: await warnings(sql),
    valuations_sha256: await valuationsHash(sql),
    seconds: Math.round(seen.seconds * 10) / 10,
  };
}

/** A notice is the flag `right_ended`; a warning counts when it stood open until the notice came. */
async function leads(sql: Sql) {
  const [row] = await sql<{ notices: number; notices_warned: number; median_lead_days: number | null }[]>`
    with notice as (
      select flag.pledge_id, flag.patent_id, flag.opened_at, (flag.evidence ->> 'published_on')::date as published_on
      from flag where rule = 'right_ended' and evidence ->> 'legal_state' = 'lapsed'),
    lead as (
      select notice.published_on - (select min(early.opened_as_of) from flag early
        where early.pledge_id = notice.pledge_id and early.patent_id = notice.patent_id
          and early.rule = any(${EARLY_RULES}) and early.opened_as_of < notice.published_on
          and (early.cleared_at is null or early.cleared_at >= notice.opened_at)) as days
      from notice)
    select count(*) as notices, count(days) as notices_warned,
      percentile_cont(0.5) within group (order by days) as median_lead_days from lead`;
  return row!;
}

async function warnings(sql: Sql): Promise<ReplaySummary['warnings']> {
  const rows = await sql<
    { rule: string; raised: number; followed_by_notice: number; median_lead_days: number | null }[]
  >`
    select early.rule, count(*) as raised, count(notice.id) as followed_by_notice,
      percentile_cont(0.5) within group (order by (notice.evidence ->> 'published_on')::date - early.opened_as_of)
        as median_lead_days
    from flag early left join flag notice on notice.pledge_id = early.pledge_id
      and notice.patent_id = early.patent_id and notice.rule = 'right_ended'
      and notice.evidence ->> 'legal_state' = 'lapsed' and early.opened_at < notice.opened_at
      and (early.cleared_at is null or early.cleared_at >= notice.opened_at)
    where early.rule = any(${EARLY_RULES}) group by early.rule order by early.rule`;
  return Object.fromEntries(rows.map(({ rule, ...figures }) => [rule, figures]));
}

async function valuationsHash(sql: Sql): Promise<string> {
  const hash = createHash('sha256');
  await sql<object[]>`
    select patent_id, as_of, valuation_id, model_version_id, status, low_minor, mid_minor, high_minor,
      collateral_minor, detail::text as detail
    from valuation order by patent_id, as_of, valuation_id`.cursor(1000, (rows) => {
    for (const row of rows) hash.update(JSON.stringify(row));
  });
  return hash.digest('hex');
}

/** The summary as a person reads it. */
export function summaryText(summary: ReplaySummary): string {
  const { notices, notices_warned, median_lead_days } = summary;
  const lead =
    median_lead_days === null
      ? ''
      : `, ${Math.round(median_lead_days)} days before the gazette in the median`;
  const warnings = Object.entries(summary.warnings).map(
    ([rule, { raised, followed_by_notice, median_lead_days: days }]) =>
      `  ${rule}: ${raised} raised, ${followed_by_notice} followed by a notice while open${days === null ? '' : `, ${Math.round(days)} days later in the median`}`,
  );
  return [
    `Watched    ${summary.pledges} demonstration pledges over ${summary.patents} real granted patents, ${summary.signals} signals (${summary.quarantined} lines quarantined)`,
    `Valued     ${summary.valuations} valuations (sha256 ${summary.valuations_sha256.slice(0, 16)}..., seed ${summary.seed})`,
    `Found      ${summary.risk_events} risk events; ${notices} real termination notices on pledged patents`,
    `How early  ${notices_warned} of ${notices} notices had an open warning${lead}`,
    ...warnings,
    `Delivered  ${summary.deliveries} deliveries, ${summary.signatures_verified} signatures verified, ${summary.lost} lost`,
    `Took       ${summary.seconds} s`,
    '',
  ].join('\n');
}
