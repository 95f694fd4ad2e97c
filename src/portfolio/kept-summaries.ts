/** The figures of a portfolio, computed once for each state of its pledges, for whoever asks. */
import { sha256 } from '../canonical.ts';
import type { Sql } from '../db/client.ts';
import { recent } from '../recent.ts';
import { type PledgePosition, patentPositions } from './store.ts';
import { type PortfolioSummary, portfolioSummary } from './summary.ts';

/** A few kilobytes each. */
const KEPT_SUMMARIES = 500;

const summaries = recent<PortfolioSummary>(KEPT_SUMMARIES);

/** @param pledges as whoever asks may see them: the same pledges are the same figures */
export function summaryOf(sql: Sql, pledges: readonly PledgePosition[]): Promise<PortfolioSummary> {
  const state = sha256(JSON.stringify(pledges)).toString('base64url');
  return summaries(state, async () => portfolioSummary(pledges, await patentPositions(sql, pledges)));
}
