/** Gathers what the risk rules read of pledges, as known at an instant. */

import { annuities, annuityDue, CNIPA_CURRENCY, CNIPA_OFFICE } from '../../models/annuity/cnipa.ts';
import { addDays } from '../../models/calendar.ts';
import { isOwnPledge } from '../../models/encumbrances.ts';
import { NOTICE_DELAY_days } from '../../models/lapse/notice.ts';
import { toMinor } from '../../models/money.ts';
import type { OpenEncumbrance, PatentRisk, PledgeRisk, RegisterEntry } from '../../models/risk/facts.ts';
import type { CalendarDate } from '../../models/types.ts';
import { reportsKnown } from '../borrowers/reports.ts';
import { dateOf } from '../clock.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { type KnownPatent, knownPatents } from '../patents/facts.ts';
import { valueResiduals } from '../pledges/outlook/store.ts';
import {
  latestValues,
  type PatentValue,
  type Pledge,
  type PledgedPatent,
  type PledgeValue,
  patentsPledgedAt,
} from '../pledges/store.ts';
import { type Around, aroundPatents } from './around.ts';

/** @returns risk facts by pledge id; a pledge that was never valued has value status `unknown` */
export async function pledgeRisks(
  tx: Transaction,
  pledges: readonly Pledge[],
  known_at: Date,
): Promise<Map<string, PledgeRisk>> {
  const ids = pledges.map((pledge) => pledge.id);
  const patents = await patentsPledgedAt(tx, ids, known_at);
  const known = await knownPatents(tx, [...new Set(patents.map((patent) => patent.patent_id))], known_at);
  const values = await latestValues(tx, ids, known_at);
  const approved = await approvedValues(tx, ids, known_at);
  const proven = await provenAnnuities(tx, ids, known_at);
  const residuals = await valueResiduals(tx, ids, known_at);
  const around = await aroundPatents(tx, [...known.values()], known_at);
  const byPledge = Map.groupBy(patents, (patent) => patent.pledge_id);
  const patentsOf = (pledge_id: string) => (byPledge.get(pledge_id) ?? []).map(({ patent_id }) => patent_id);
  const reports = await reportsKnown(tx, pledges, patentsOf, known_at);
  const as_of = dateOf(known_at);
  return new Map(
    pledges.map((pledge) => {
      const value = values.get(pledge.id);
      const own = (byPledge.get(pledge.id) ?? []).flatMap(({ patent_id, added_at }) => {
        const patent = known.get(patent_id);
        const paid = (year: number) => proven.has(`${pledge.id} ${patent_id} ${year}`);
        const approved_value_minor = approved.get(`${pledge.id} ${patent_id}`) ?? null;
        return patent
          ? [
              {
                ...patentRisk(patent, around.get(patent_id)!, { ...pledge, added_at }, value, paid, as_of),
                approved_value_minor,
              },
            ]
          : [];
      });
      const value_residuals = residuals?.get(pledge.id) ?? null;
      const told = { reports: reports.get(pledge.id)!, value_residuals };
      return [pledge.id, pledgeRisk(pledge, value, told, own, as_of)];
    }),
  );
}

function pledgeRisk(
  pledge: Pledge,
  value: PledgeValue | undefined,
  told: Pick<PledgeRisk, 'reports' | 'value_residuals'>,
  patents: PatentRisk[],
  as_of: CalendarDate,
): PledgeRisk {
  return {
    as_of,
    matures_on: pledge.matures_on,
    outstanding_minor: value?.outstanding_minor ?? 0,
    ltv_warning_bp: pledge.ltv_warning_bp,
    ltv_breach_bp: pledge.ltv_breach_bp,
    ltv_bp: value?.ltv_bp ?? null,
    value_status: value?.status ?? 'unknown',
    mid_minor: value?.mid_minor ?? null,
    approved_value_minor: pledge.approved_value_minor,
    ...told,
    patents,
  };
}

function patentRisk(
  patent: KnownPatent,
  around: Around,
  pledge: Pledge & Pick<PledgedPatent, 'added_at'>,
  value: PledgeValue | undefined,
  paid: (patent_year: number) => boolean,
  as_of: CalendarDate,
): Omit<PatentRisk, 'approved_value_minor'> {
  const { facts, history, expires_on, source_seen_at } = patent;
  const latest = value?.patents.find((each) => each.patent_id === patent.patent_id);
  return {
    patent_id: patent.patent_id,
    mid_minor: latest?.mid_minor ?? null,
    legal_state: facts.legal_state,
    legal_state_since: facts.legal_state_since,
    expires_on,
    ...annuityCalendar(patent, paid, as_of),
    lapse_probability: latest?.lapse_probability ?? null,
    source_seen_on: source_seen_at && dateOf(source_seen_at),
    source_late_after_days: patent.source_late_after_days,
    restored_on: history.restored_on,
    invalidation_requests: entriesOf(patent, ['challenged'], null),
    partly_invalidated: history.partly_invalidated,
    unconsented: entriesOf(patent, ['transferred', 'licensed'], dateOf(pledge.added_at)),
    other_encumbrances: otherEncumbrances(patent, pledge),
    ...around,
  };
}

/** Entries of some kinds published after a day, each once. */
function entriesOf({ signals }: KnownPatent, kinds: string[], after: CalendarDate | null): RegisterEntry[] {
  const own = signals.filter(
    ({ kind, published_on }) => kinds.includes(kind) && (after === null || published_on > after),
  );
  const entries = own.map(({ kind, published_on }) => ({ kind, published_on }));
  return [...new Map(entries.map((entry) => [`${entry.kind} ${entry.published_on}`, entry])).values()];
}

/** Open rights of others over the patent. A licence is no security. */
function otherEncumbrances({ history }: KnownPatent, { registration_number }: Pledge): OpenEncumbrance[] {
  return history.encumbrances.flatMap(({ kind, number, opened_on, released_on }) => {
    const is_own = isOwnPledge({ kind, number }, registration_number);
    return released_on !== null || kind === 'licence' || is_own ? [] : [{ kind, number, opened_on }];
  });
}

/** A due date without proof stays open until a notice would have come: silence that long means paid. */
export function annuityCalendar(
  { facts }: KnownPatent,
  paid: (patent_year: number) => boolean,
  as_of: CalendarDate,
): Pick<PatentRisk, 'next_annuity' | 'unconfirmed_annuities'> {
  if (facts.office !== CNIPA_OFFICE || facts.granted_on === null)
    return { next_annuity: null, unconfirmed_annuities: null };
  const next = annuityDue(facts.right_type, facts.filed_on, facts.granted_on, as_of);
  return {
    next_annuity: next && {
      patent_year: next.patent_year,
      due_on: next.due_on,
      amount_minor: toMinor(next.amount, CNIPA_CURRENCY),
    },
    unconfirmed_annuities: annuities(facts.right_type, facts.filed_on, facts.granted_on)
      .filter(({ due_on }) => due_on < as_of && addDays(due_on, NOTICE_DELAY_days) >= as_of)
      .filter(({ patent_year }) => !paid(patent_year))
      .map(({ patent_year, due_on, grace_until }) => ({ patent_year, due_on, grace_until })),
  };
}

/** @returns keys of pledge, patent and year, with a blank between, of what was proven to be paid */
export async function provenAnnuities(
  tx: Sql,
  pledge_ids: readonly string[],
  known_at: Date,
): Promise<Set<string>> {
  const rows = await tx<{ pledge_id: string; patent_id: string; patent_year: number }[]>`
    select pledge_id, patent_id, patent_year from annuity_payment
    where pledge_id = any(${pledge_ids as string[]}) and known_at <= ${known_at}`;
  return new Set(rows.map((row) => `${row.pledge_id} ${row.patent_id} ${row.patent_year}`));
}

/** What each patent added to the value on which its pledge was appraised, by pledge and patent. */
async function approvedValues(
  tx: Transaction,
  pledge_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, number>> {
  const rows = await tx<{ pledge_id: string; patents: PatentValue[] }[]>`
    select move.pledge_id, appraised.patents from pledge_move move
    join lateral (select patents from pledge_valuation where pledge_id = move.pledge_id and known_at <= move.moved_at
      order by as_of desc, known_at desc limit 1) appraised on true
    where move.pledge_id = any(${pledge_ids as string[]}) and move.to_state = 'appraised'
      and move.moved_at <= ${known_at}`;
  return new Map(
    rows.flatMap(({ pledge_id, patents }) =>
      patents.flatMap(({ patent_id, mid_minor }) =>
        mid_minor === null ? [] : [[`${pledge_id} ${patent_id}`, mid_minor] as const],
      ),
    ),
  );
}
