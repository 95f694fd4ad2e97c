/** What is told of firms, and what each firm lets which bank know of it: the queries. */
import type { BorrowerFact, FactKind } from '../../models/risk/borrower-facts.ts';
import type { CalendarDate } from '../../models/types.ts';
import type { Caller } from '../accounts/store.ts';
import { dateOf } from '../clock.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';

export interface Consent {
  id: string;
  firm_id: string;
  bank_id: string;
  kinds: FactKind[];
  given_at: Date;
  /** Null while it is in force. */
  revoked_at: Date | null;
}

export interface StoredFact {
  id: string;
  firm_id: string;
  kind: FactKind;
  effective_on: CalendarDate;
  detail: BorrowerFact['detail'];
  /** Where it was learnt. */
  source: string;
  evidence: string;
  /** The mistaken fact that it stands for. */
  corrects: string | null;
  /** Organisation. */
  recorded_by: string;
  known_at: Date;
}

/** Serialises what is told of one firm. @returns false when there is no such firm */
export async function lockFirm(tx: Transaction, firm_id: string): Promise<boolean> {
  const found = await acrossTenants(
    tx,
    () => tx`select from organisation where id = ${firm_id} and kind = 'firm' for no key update`,
  );
  return found.count === 1;
}

/** When something was last told of the firm or let a bank know of it; null when nothing was. */
export async function lastToldAt(tx: Transaction, firm_id: string): Promise<Date | null> {
  const [row] = await tx<{ told_at: Date | null }[]>`select greatest(
    (select max(known_at) from borrower_fact where firm_id = ${firm_id}),
    (select max(greatest(given_at, revoked_at)) from borrower_consent
      left join borrower_consent_revocation on consent_id = id where firm_id = ${firm_id})) as told_at`;
  return row!.told_at;
}

export async function insertConsent(
  tx: Transaction,
  { revoked_at: _none, ...consent }: Consent,
  given_by: string,
): Promise<void> {
  await tx`insert into borrower_consent ${tx({ ...consent, given_by })}`;
}

export async function insertRevocation(
  tx: Transaction,
  consent_id: string,
  revoked_by: string,
  revoked_at: Date,
): Promise<void> {
  await tx`insert into borrower_consent_revocation ${tx({ consent_id, revoked_by, revoked_at })}`;
}

/** In order of id; of one bank where it is named. */
export async function consentsOf(sql: Sql, firm_id: string, bank_id: string | null): Promise<Consent[]> {
  const rows = await sql<Consent[]>`
    select id, firm_id, bank_id, kinds, given_at, revoked_at
    from borrower_consent left join borrower_consent_revocation on consent_id = id
    where firm_id = ${firm_id} ${bank_id === null ? sql`` : sql`and bank_id = ${bank_id}`} order by id`;
  return [...rows];
}

/** Kinds of fact that the bank may know of the firm now; none where no consent is in force. */
export async function kindsConsented(sql: Sql, firm_id: string, bank_id: string): Promise<FactKind[]> {
  const in_force = (await consentsOf(sql, firm_id, bank_id)).filter(({ revoked_at }) => revoked_at === null);
  return [...new Set(in_force.flatMap(({ kinds }) => kinds))].sort();
}

export async function insertFact(tx: Transaction, fact: StoredFact, recorder: Caller): Promise<void> {
  const { key_id, kind: recorder_kind } = recorder;
  const row = { ...fact, detail: tx.json(fact.detail as never), key_id, recorder_kind };
  await tx`insert into borrower_fact ${tx(row)}`;
}

export async function findFact(
  sql: Sql,
  firm_id: string,
  id: string,
): Promise<(StoredFact & { corrected_by: string | null }) | null> {
  const [row] = await sql<(StoredFact & { corrected_by: string | null })[]>`
    select fact.*, later.id as corrected_by from borrower_fact fact left join borrower_fact later on later.corrects = fact.id
    where fact.id = ${id} and fact.firm_id = ${firm_id}`;
  return row ?? null;
}

/**
 * Facts of a firm as known at an instant, in order of id. A bank gets the kinds that it may know, but for what other
 * banks recorded.
 */
export async function listFacts(
  sql: Sql,
  firm_id: string,
  { kind: caller_kind, organisation_id }: Caller,
  asked: { kinds: readonly FactKind[]; known_at: Date; after: string; limit: number },
): Promise<StoredFact[]> {
  const { kinds, known_at, after, limit } = asked;
  const rows = await sql<StoredFact[]>`
    select fact.id, firm_id, fact.kind, effective_on, detail, source, evidence, corrects, recorded_by, known_at
    from borrower_fact fact where firm_id = ${firm_id} and fact.kind = any(${kinds as string[]}) and known_at <= ${known_at}
      and fact.id > ${after}
      and (${caller_kind !== 'bank'} or recorder_kind <> 'bank' or recorded_by = ${organisation_id})
    order by fact.id limit ${limit}`;
  return [...rows];
}

export type FactKnownToBank = BorrowerFact & { firm_id: string; bank_id: string };

/**
 * Facts that hold on the day of an instant, for each bank those that it might know then: of the kinds consented to, not
 * recorded by another bank, not corrected. In order of their days, of one day the one that was known last.
 */
export async function factsKnownToBanks(
  sql: Sql,
  firm_ids: readonly string[],
  bank_ids: readonly string[],
  known_at: Date,
): Promise<FactKnownToBank[]> {
  const rows = await sql<FactKnownToBank[]>`
    with consented as (
      select distinct firm_id, bank_id, unnest(kinds) as kind
      from borrower_consent left join borrower_consent_revocation on consent_id = id
      where firm_id = any(${firm_ids as string[]}) and bank_id = any(${bank_ids as string[]})
        and given_at <= ${known_at} and (revoked_at is null or revoked_at > ${known_at}))
    select fact.firm_id, bank_id, fact.kind, effective_on, recorded_by = fact.firm_id as own_word, detail
    from borrower_fact fact join consented using (firm_id, kind)
    where fact.known_at <= ${known_at} and effective_on <= ${dateOf(known_at)}
      and (recorder_kind <> 'bank' or recorded_by = bank_id)
      and not exists (select from borrower_fact later where later.corrects = fact.id and later.known_at <= ${known_at})
    order by effective_on, fact.known_at, fact.id`;
  return [...rows];
}

/** Has the firm's live pledges valued and assessed anew; of one bank where it is named. */
export async function markPledgesOf(
  tx: Transaction,
  firm_id: string,
  bank_id: string | null,
  reason: string,
  since: Date,
): Promise<void> {
  await tx`insert into pledge_stale (pledge_id, since, reason)
    select id, ${since}::timestamptz, ${reason} from pledge
    where firm_id = ${firm_id} and live ${bank_id === null ? tx`` : tx`and bank_id = ${bank_id}`}
    order by id on conflict (pledge_id) do update set since = least(pledge_stale.since, excluded.since)`;
}
