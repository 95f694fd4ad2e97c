/** What the rules read of a pledge's borrower and loan, as its bank might know it at an instant. */
import { borrowerReports, overdueReport } from '../../models/risk/borrower-facts.ts';
import type { PledgeRisk } from '../../models/risk/facts.ts';
import { dateOf } from '../clock.ts';
import type { Transaction } from '../db/client.ts';
import { overdueKnown } from '../pledges/overdue/service.ts';
import { balances, type Pledge } from '../pledges/store.ts';
import { factsKnownToBanks } from './store.ts';

/**
 * @param patents_of ids of the patents under each pledge, by pledge id
 * @returns by pledge id; a kind of which nothing is known is left out
 */
export async function reportsKnown(
  tx: Transaction,
  pledges: readonly Pledge[],
  patents_of: (pledge_id: string) => readonly string[],
  known_at: Date,
): Promise<Map<string, PledgeRisk['reports']>> {
  const ids = pledges.map(({ id }) => id);
  const as_of = dateOf(known_at);
  const firms = [...new Set(pledges.map(({ firm_id }) => firm_id))];
  const banks = [...new Set(pledges.map(({ bank_id }) => bank_id))];
  const told = await factsKnownToBanks(tx, firms, banks, known_at);
  const facts = Map.groupBy(told, ({ firm_id, bank_id }) => `${firm_id} ${bank_id}`);
  const overdue = await overdueKnown(tx, ids, known_at);
  const owed = await balances(tx, ids, as_of, known_at);
  return new Map(
    pledges.map((pledge) => {
      const { id, firm_id, bank_id, requested_on, matures_on } = pledge;
      const own = facts.get(`${firm_id} ${bank_id}`) ?? [];
      const loan = { matures_on, outstanding_minor: owed.get(id) ?? 0 };
      const in_arrears = overdueReport(overdue.get(id) ?? null, loan, as_of);
      const reports = borrowerReports(own, requested_on, patents_of(id));
      return [id, in_arrears ? { ...reports, overdue: in_arrears } : reports];
    }),
  );
}
