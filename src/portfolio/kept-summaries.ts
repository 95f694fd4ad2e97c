/** The figures of a portfolio, computed once for each state of its pledges, for whoever asks. */
import { sha256 } from '../canonical.ts';
import type { Sql } from '../db/client.ts';
import { recent } from '../recent.ts';
import { type PledgePosition, patentPositions } from './store.ts';
import { type PortfolioSummary, portfolioSummary } from './summary.ts';

/** A few kilobytes each. */
const KEPT_SUMMARIES = 500;

const summaries = recent<PortfolioSummary>(KEPT_SUMMARIES);

/**
 * @param digest of the positions, taken before they are read: the same is the same figures
 * @param positions as whoever asks may see them
 */
export function summaryOf(
  sql: Sql,
  digest: string,
  positions: () => Promise<readonly PledgePosition[]>,
): Promise<PortfolioSummary> {
  return summaries(digest, async () => {
    const pledges = await positions();
    return portfolioSummary(pledges, await patentPositions(sql, pledges));
  });
}

/** Of positions that were read anyway, so that the database need not go through them once more. */
export function summaryOfRead(sql: Sql, pledges: readonly PledgePosition[]): Promise<PortfolioSummary> {
  const digest = sha256(JSON.stringify(pledges)).toString('base64url');
  return summaryOf(sql, digest, async () => pledges);
}
