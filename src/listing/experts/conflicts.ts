/**
 * What stands against an expert's taking an engagement: it is a party itself, or works or has lately worked for somebody else
 * on the same thing, owns the patent, or owns one that cites it or is cited by it. Asked before an engagement and when it is taken.
 */
import { addYears } from '../../../models/calendar.ts';
import { isSameButForm } from '../../../models/party-name.ts';
import type { Sentence } from '../../../models/sentences.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { type Owner, ownersByPatent, ownersOfLinked } from '../../patents/owners.ts';
import { sentence } from '../sentences.ts';
import type { Engagement } from './store.ts';

/** An engagement that ended longer ago binds nobody. */
export const CONFLICT_years = 2;

type Asked = Pick<Engagement, 'engager_id' | 'expert_id' | 'expert_name' | 'deal_id' | 'patent_id'>;
type Conflict = 'party' | 'other_side' | 'owner' | 'citing';

const REASONS: Record<Conflict, Sentence> = {
  party: sentence('expert_is_party'),
  other_side: sentence('expert_of_other_side', { years: CONFLICT_years }),
  owner: sentence('expert_is_owner'),
  citing: sentence('expert_of_citing'),
};

/**
 * Of a patent that the engager named, the conflict is named. Over a deal it is not: that the expert owns what is sold would tell
 * whose it is.
 * @throws Problem `conflict_of_interest`
 */
export async function refuseConflict(tx: Transaction, asked: Asked, now: Date): Promise<void> {
  const conflict = await acrossTenants(tx, () => findConflict(tx, asked, now));
  if (conflict === null) return;
  const expert = asked.expert_name;
  throw new Problem(
    'conflict_of_interest',
    asked.deal_id === null
      ? sentence('expert_conflict', { expert, reason: REASONS[conflict] })
      : sentence('expert_conflict_over_deal', { expert }),
  );
}

async function findConflict(tx: Transaction, asked: Asked, now: Date): Promise<Conflict | null> {
  const { deal_id, patent_id } = asked;
  const patents = deal_id === null ? [patent_id!] : await patentsOfDeal(tx, deal_id);
  if (deal_id !== null && (await isParty(tx, asked))) return 'party';
  if (await worksForOthers(tx, asked, patents, now)) return 'other_side';
  const owners = [...(await ownersByPatent(tx, patents, now)).values()].flat();
  if (names(owners, asked.expert_name)) return 'owner';
  return names(await ownersOfLinked(tx, patents, now), asked.expert_name) ? 'citing' : null;
}

function names(owners: readonly Owner[], expert_name: string): boolean {
  return owners.some(({ name }) => isSameButForm(name, expert_name));
}

async function patentsOfDeal(sql: Sql, deal_id: string): Promise<string[]> {
  const rows = await sql<{ patent_id: string }[]>`
    select patent_id from listing_patent join listing_deal using (listing_id) where listing_deal.id = ${deal_id}`;
  return rows.map(({ patent_id }) => patent_id);
}

async function isParty(sql: Sql, { engager_id, expert_id, deal_id }: Asked): Promise<boolean> {
  const parties = await sql`
    select from listing_deal_party where deal_id = ${deal_id} and organisation_id = ${expert_id}
    union all
    select from listing_referral join listing_deal using (listing_id) join listing_deal_party buyer
      on buyer.deal_id = listing_deal.id and side = 'buyer'
    where listing_deal.id = ${deal_id} and intermediary_id = ${expert_id} and organisation_id = ${engager_id}`;
  return parties.count > 0;
}

/** Asked alone is not engaged: who asks everybody keeps nobody from the other side. */
async function worksForOthers(
  sql: Sql,
  { engager_id, expert_id, deal_id }: Asked,
  patents: readonly string[],
  now: Date,
): Promise<boolean> {
  const others = await sql`
    select from expert_engagement
    where expert_id = ${expert_id} and engager_id <> ${engager_id}
      and (state in ('accepted', 'delivered')
        or state = 'ended' and changed_at > ${new Date(`${addYears(dateOf(now), -CONFLICT_years)}T00:00:00Z`)})
      and (deal_id = ${deal_id} or patent_id = any(${patents as string[]}::uuid[]) or deal_id in (
        select listing_deal.id from listing_deal join listing_patent using (listing_id)
        where patent_id = any(${patents as string[]}::uuid[])))
    limit 1`;
  return others.count > 0;
}
