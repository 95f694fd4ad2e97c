/** Ranges that sides of a deal expect, sealed. A side reads its own rows; both at once are read across tenants alone. */
import type { ExpectationSide, MoneyRange } from '../../../models/expectation.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { expectationPlace } from '../../secrets/columns.ts';
import type { Vault } from '../../secrets/vault.ts';

/** Digits of the greatest amount: sealed ranges are all of one length. */
const DIGITS = 16;

export interface Expectation {
  id: string;
  deal_id: string;
  listing_id: string;
  side: ExpectationSide;
  organisation_id: string;
  round: number;
  sealed: string;
  submitted_at: Date;
  binds_until: Date;
  overlap: boolean | null;
  answered_at: Date | null;
  consented_at: Date | null;
}

/** Those of a deal that the reader may see, first round first. */
export async function expectationsOf(sql: Sql, deal_id: string): Promise<Expectation[]> {
  const rows = await sql<Expectation[]>`
    select * from listing_expectation where deal_id = ${deal_id} order by round, side`;
  return [...rows];
}

/** Ranges of one organisation: on a deal, and of a buyer on its listing; and on whatever deal since an instant. */
export async function rangesOf(
  sql: Sql,
  {
    deal_id,
    listing_id,
    side,
    organisation_id,
  }: Pick<Expectation, 'deal_id' | 'listing_id' | 'side' | 'organisation_id'>,
  since: Date,
): Promise<{ own_ranges: number; own_today: number }> {
  const [row] = await sql<{ own_ranges: number; own_today: number }[]>`
    select count(*) filter (where deal_id = ${deal_id} or side = 'buyer' and ${side} = 'buyer'
        and listing_id = ${listing_id})::integer as own_ranges,
      count(*) filter (where submitted_at >= ${since})::integer as own_today
    from listing_expectation where organisation_id = ${organisation_id}`;
  return row!;
}

export async function insertExpectation(tx: Transaction, row: Expectation): Promise<void> {
  await tx`insert into listing_expectation ${tx({ ...row })}`;
}

/** Across tenants: tells both sides of a round. */
export async function answerRound(
  tx: Transaction,
  deal_id: string,
  round: number,
  overlap: boolean,
  answered_at: Date,
): Promise<void> {
  await tx`update listing_expectation set overlap = ${overlap}, answered_at = ${answered_at}
    where deal_id = ${deal_id} and round = ${round}`;
}

export async function setConsent(tx: Transaction, id: string, consented_at: Date): Promise<void> {
  await tx`update listing_expectation set consented_at = ${consented_at} where id = ${id}`;
}

/** @returns the sealed text, of one length whatever the range */
export function sealRange(
  vault: Vault,
  { id, organisation_id }: Pick<Expectation, 'id' | 'organisation_id'>,
  { low_minor, high_minor }: MoneyRange,
): Promise<string> {
  const text = [low_minor, high_minor].map((minor) => String(minor).padStart(DIGITS, '0')).join(' ');
  return vault.seal(organisation_id, expectationPlace(id), text);
}

/** @throws SealedTextError */
export async function openRange(
  vault: Vault,
  { id, organisation_id, sealed }: Pick<Expectation, 'id' | 'organisation_id' | 'sealed'>,
): Promise<MoneyRange> {
  const text = await vault.open(organisation_id, expectationPlace(id), sealed);
  const [low_minor, high_minor] = text.split(' ').map(Number);
  return { low_minor: low_minor!, high_minor: high_minor! };
}
