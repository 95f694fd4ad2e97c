/** Due diligence on the patents of a pledge: what is found as known at an instant, and what the bank waives of it. */
import {
  type DiligenceFinding,
  type ExaminedPatent,
  examine,
  SEVERITIES,
} from '../../../models/due-diligence.ts';
import { isOwnPledge } from '../../../models/encumbrances.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { type KnownPatent, knownPatents } from '../../patents/facts.ts';
import { type Owner, ownersByPatent } from '../../patents/owners.ts';
import { annuityCalendar, provenAnnuities } from '../../risk/facts.ts';
import { isFinal } from '../lifecycle.ts';
import { lockPledge } from '../lock.ts';
import { say } from '../sentences.ts';
import { type Pledge, pledgedPatents } from '../store.ts';

export interface Waiver {
  reason: string;
  waived_by: string;
  waived_at: Date;
}

export type Diligence = (DiligenceFinding & { waiver: Waiver | null })[];

/**
 * @returns what blocks first, in the order of the patents
 * @throws Problem `refused` for a patent that was not known by then
 */
export async function dueDiligence(
  sql: Sql,
  pledge: Pick<Pledge, 'id' | 'firm_id' | 'matures_on' | 'registration_number'>,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<Diligence> {
  const known = await knownPatents(sql, patent_ids, known_at);
  const owners = await ownersByPatent(sql, patent_ids, known_at);
  const proven = await provenAnnuities(sql, [pledge.id], known_at);
  const firm = await findOrganisation(sql, pledge.firm_id);
  const as_of = dateOf(known_at);
  const loan = { pledgor: firm!.name, matures_on: pledge.matures_on };
  const pledged = new Set(await pledgedIds(sql, pledge.id));
  const findings = patent_ids.flatMap((id) => {
    const patent = known.get(id);
    if (!patent)
      throw new Problem(
        'refused',
        `Patent ${id} was not known by ${as_of}; look it up with GET /v1/patents.`,
      );
    const paid = (year: number) => proven.has(`${pledge.id} ${id} ${year}`);
    // A patent that is yet to be added is not under the own registration.
    const own_number = pledged.has(id) ? pledge.registration_number : null;
    return examine(examined(patent, owners.get(id) ?? [], own_number, paid, as_of), loan, as_of);
  });
  const waivers = await waiversOf(sql, pledge.id, known_at);
  const gravest_first = SEVERITIES.flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  );
  return gravest_first.map((finding) => ({ ...finding, waiver: waivers.get(finding.finding) ?? null }));
}

/** @throws Problem `conflict` naming the findings that block and were not waived */
export async function requireDiligence(
  tx: Transaction,
  pledge: Pledge,
  patent_ids: readonly string[],
  now: Date,
): Promise<void> {
  const standing = (await dueDiligence(tx, pledge, patent_ids, now)).filter(isStanding);
  if (standing.length === 0) return;
  const findings = standing.map(({ code, patent_id }) =>
    say('diligence_finding', { finding: code, patent_id }),
  );
  throw new Problem('conflict', say('diligence_blocks', { findings }));
}

export function isStanding({ severity, waiver }: Diligence[number]): boolean {
  return severity === 'blocking' && waiver === null;
}

/**
 * Takes a blocking finding all the same. It may be of a patent that is not pledged yet, and is to be added.
 * @throws Problem `refused` when no such finding blocks, `conflict` when it was waived or the contract is over
 */
export async function waiveFinding(
  tx: Transaction,
  pledge_id: string,
  { patent_id, finding, reason }: { patent_id: string; finding: string; reason: string },
  caller: Caller,
  asked_at: Date,
): Promise<Diligence[number]> {
  const { pledge, now } = await lockPledge(tx, pledge_id, caller, asked_at);
  if (isFinal(pledge.state))
    throw new Problem('conflict', `The pledge is ${pledge.state}; there is nothing left to waive.`);
  const found = (await dueDiligence(tx, pledge, [patent_id], now)).find((each) => each.finding === finding);
  if (found?.severity !== 'blocking')
    throw new Problem(
      'refused',
      `No blocking finding "${finding}" stands; take it from GET /v1/pledges/${pledge_id}/due-diligence.`,
    );
  if (found.waiver !== null)
    throw new Problem('conflict', `This finding was waived on ${dateOf(found.waiver.waived_at)} already.`);
  const waiver = { reason, waived_by: caller.key_id, waived_at: now };
  await tx`insert into due_diligence_waiver ${tx({ pledge_id, finding, patent_id, ...waiver })}`;
  const { code, evidence } = found;
  await appendAudit(
    tx,
    [pledge.bank_id, pledge.firm_id].map((organisation_id) => ({
      organisation_id,
      at: now,
      actor: caller.key_id,
      action: 'due_diligence.waived',
      subject: pledge_id,
      detail: { finding, code, evidence, reason },
    })),
  );
  return { ...found, waiver };
}

/** Ids of the patents that are pledged now. */
export async function pledgedIds(sql: Sql, pledge_id: string): Promise<string[]> {
  return (await pledgedPatents(sql, [pledge_id])).map(({ patent_id }) => patent_id);
}

async function waiversOf(sql: Sql, pledge_id: string, known_at: Date): Promise<Map<string, Waiver>> {
  const rows = await sql<(Waiver & { finding: string })[]>`
    select finding, reason, waived_by, waived_at from due_diligence_waiver
    where pledge_id = ${pledge_id} and waived_at <= ${known_at}`;
  return new Map(rows.map(({ finding, ...waiver }) => [finding, waiver]));
}

function examined(
  patent: KnownPatent,
  owners: readonly Owner[],
  own_number: string | null,
  paid: (patent_year: number) => boolean,
  as_of: CalendarDate,
): ExaminedPatent {
  const { facts, history, expires_on } = patent;
  return {
    patent_id: patent.patent_id,
    legal_state: facts.legal_state,
    legal_state_since: facts.legal_state_since,
    expires_on,
    partly_invalidated: history.partly_invalidated,
    challenged_on: patent.signals.flatMap(({ kind, published_on }) =>
      kind === 'challenged' ? [published_on] : [],
    ),
    encumbrances: history.encumbrances.filter(
      (each) => each.released_on === null && !isOwnPledge(each, own_number),
    ),
    owners: owners.map(({ name }) => name),
    owners_named_on: owners[0]?.published_on ?? null,
    transferred_on: lastOf(patent, ['transferred'])?.published_on ?? null,
    fee_late_on: lateFee(patent),
    unproven_annuities: annuityCalendar(patent, paid, as_of).unconfirmed_annuities,
    register_seen_on: facts.register_seen_on,
    register_late_after_days: patent.source_late_after_days,
  };
}

/** Publication of a late fee that nothing settled since. */
function lateFee(patent: KnownPatent): CalendarDate | null {
  const last = lastOf(patent, ['fee_late', 'fee_paid', 'restored']);
  return last?.kind === 'fee_late' ? last.published_on : null;
}

/** The latest signal of some kinds, in the order of publication. */
function lastOf({ signals }: KnownPatent, kinds: readonly string[]) {
  return signals.findLast(({ kind }) => kinds.includes(kind));
}
