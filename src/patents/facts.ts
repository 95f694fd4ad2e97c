/**
 * What was known of patents at an instant: the only road from stored signals to model inputs.
 * Nothing learnt after `known_at` takes part, which is what makes a replay honest.
 */

import { CNIPA_OFFICE, expiresOn } from '../../models/annuity/cnipa.ts';
import { daysBetween } from '../../models/calendar.ts';
import type { LapseHistory } from '../../models/lapse/types.ts';
import { type DatedSignal, type LegalHistory, legalHistory } from '../../models/legal-state.ts';
import type { PatentHistory } from '../../models/risk/history.ts';
import type { CalendarDate, LegalState, PatentFacts, RightType } from '../../models/types.ts';
import { dateOf } from '../clock.ts';
import type { Sql } from '../db/client.ts';
import { cadencesSet, lateAfter } from './freshness.ts';
import { technologyField } from './technology-field.ts';

export interface KnownPatent {
  patent_id: string;
  facts: PatentFacts;
  signals: DatedSignal[];
  history: LegalHistory;
  /** End of the nominal term; null for offices whose terms are not modelled yet. */
  expires_on: CalendarDate | null;
  /** Id of the adapter that told of it first. */
  source: string;
  /** When a source last told of the office's register; null when no run has finished. */
  source_seen_at: Date | null;
  /** Days of silence after which that source is late. */
  source_late_after_days: number;
}

interface FactsRow {
  patent_id: string;
  office: string;
  application_number: string;
  right_type: RightType;
  filed_on: CalendarDate;
  claims: number | null;
  ipc: string[];
  individual_applicant: boolean | null;
  domestic_applicant: boolean | null;
  agency: boolean | null;
  signals: DatedSignal[];
  source: string;
  source_seen_at: Date | null;
  paid_through: number | null;
}

/** @returns facts of those of the patents that were known by then with their filing day, by patent id */
export async function knownPatents(
  sql: Sql,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, KnownPatent>> {
  const known = sql<FactsRow[]>`
    select patent.patent_id, patent.office, patent.application_number, patent.right_type, patent.source, facts.filed_on,
      facts.claims, facts.ipc, facts.individual_applicant, facts.domestic_applicant, facts.agency,
      coalesce(history.signals, '[]') as signals, source.seen_at as source_seen_at, paid.through as paid_through
    from patent
    join lateral (select * from patent_facts where patent_facts.patent_id = patent.patent_id
      and patent_facts.known_at <= ${known_at} order by patent_facts.known_at desc limit 1) facts on true
    left join lateral (select jsonb_agg(jsonb_build_object('kind', signal.kind, 'effective_on', signal.effective_on,
        'published_on', signal.published_on, 'category', signal.category, 'source_code', signal.source_code,
        'detail', signal.detail) order by signal.published_on, signal.signal_id) as signals
      from signal where signal.patent_id = patent.patent_id and signal.known_at <= ${known_at}) history on true
    left join (select source, max(finished_at) as seen_at from ingest_run
      where finished_at <= ${known_at} group by source) source on source.source = patent.source
    left join (select patent_id, max(patent_year) as through from annuity_payment
      where patent_id = any(${patent_ids as string[]}::uuid[]) and known_at <= ${known_at}
      group by patent_id) paid on paid.patent_id = patent.patent_id
    where patent.patent_id = any(${patent_ids as string[]}::uuid[]) and patent.known_at <= ${known_at}
      and facts.filed_on is not null
    order by patent.patent_id`;
  const [rows, cadences] = await Promise.all([known, cadencesSet(sql, known_at)]);
  return new Map(
    rows.map((row) => [row.patent_id, knownPatent(row, dateOf(known_at), lateAfter(row.source, cadences))]),
  );
}

function knownPatent(row: FactsRow, as_of: CalendarDate, source_late_after_days: number): KnownPatent {
  const expires_on = row.office === CNIPA_OFFICE ? expiresOn(row.right_type, row.filed_on) : null;
  const history = legalHistory(row.signals, expires_on, as_of, row.office);
  return {
    patent_id: row.patent_id,
    signals: row.signals,
    history,
    expires_on,
    source: row.source,
    source_seen_at: row.source_seen_at,
    source_late_after_days,
    facts: {
      office: row.office,
      application_number: row.application_number,
      right_type: row.right_type,
      filed_on: row.filed_on,
      granted_on: history.granted_on,
      legal_state: history.state,
      legal_state_since: history.since,
      claims: row.claims,
      ipc: row.ipc,
      individual_applicant: row.individual_applicant,
      domestic_applicant: row.domestic_applicant,
      agency: row.agency,
      technology_field: row.ipc[0] === undefined ? null : technologyField(row.ipc[0]),
      paid_through: row.paid_through,
      challenges: row.signals.flatMap(({ kind }) =>
        kind === 'challenged' ? ['challenge_filed' as const] : [],
      ),
      ...registerFacts(row.source_seen_at, source_late_after_days, as_of),
    },
  };
}

/** @param seen_at when a run of the patent's source last finished */
export function registerFacts(
  seen_at: Date | null,
  late_after_days: number,
  as_of: CalendarDate,
): Pick<PatentFacts, 'register_seen_on' | 'register_late'> {
  const register_seen_on = seen_at && dateOf(seen_at);
  const late = register_seen_on !== null && daysBetween(register_seen_on, as_of) > late_after_days;
  return { register_seen_on, ...(late && { register_late: true as const }) };
}

/** What ends a granted right. */
const ENDINGS: readonly string[] = ['lapsed', 'expired', 'surrendered', 'invalidated'] satisfies LegalState[];

/** How long every granted Chinese invention has lasted, as known at an instant: what the lapse hazard is fitted on. */
export async function lapseHistories(sql: Sql, known_at: Date): Promise<LapseHistory[]> {
  const granted = await sql<{ patent_id: string }[]>`
    select distinct patent.patent_id from patent join signal using (patent_id)
    where patent.office = 'CN' and patent.right_type = 'invention' and signal.kind = 'granted'
      and signal.known_at <= ${known_at} order by patent.patent_id`;
  const known = await knownPatents(
    sql,
    granted.map((row) => row.patent_id),
    known_at,
  );
  return [...known.values()].filter((patent) => patent.facts.granted_on !== null).map(lapseHistory);
}

function lapseHistory({ facts, signals }: KnownPatent): LapseHistory {
  const ended = signals.findLast(({ kind }) => ENDINGS.includes(kind) || kind === 'restored');
  const published_on = ended?.published_on ?? null;
  return {
    facts,
    granted_on: facts.granted_on!,
    terminated_notice_on: ended?.kind === 'lapsed' ? published_on : null,
    otherwise_ended_on:
      ended && ENDINGS.includes(ended.kind) && ended.kind !== 'lapsed' ? published_on : null,
  };
}

/**
 * A Chinese right from its grant to its first end, as known at an instant; a restoration comes after that end. Only what
 * never changes is told of its facts, so that a past day can be asked of it.
 * @returns null for another office, and for what was never granted or granted before it was filed
 */
export function patentHistory({ facts, signals }: KnownPatent): PatentHistory | null {
  const { register_late: _late, ...lasting } = facts;
  const { office, granted_on, filed_on } = lasting;
  if (office !== CNIPA_OFFICE || granted_on === null || granted_on < filed_on) return null;
  const end = signals.find(({ kind, published_on }) => ENDINGS.includes(kind) && published_on > granted_on);
  return {
    facts: {
      ...lasting,
      legal_state: 'in_force',
      legal_state_since: granted_on,
      paid_through: null,
      challenges: [],
      register_seen_on: null,
    },
    granted_on,
    notice_on: end?.kind === 'lapsed' ? end.published_on : null,
    otherwise_ended:
      end && end.kind !== 'lapsed' ? { on: end.published_on, state: end.kind as LegalState } : null,
    invalidation: {
      requested_on: signals.flatMap(({ kind, published_on }) =>
        kind === 'challenged' ? [published_on] : [],
      ),
      partly_on: signals.find(({ kind }) => kind === 'partly_invalidated')?.published_on ?? null,
    },
  };
}
