/** A portfolio in figures: exposure, value, loan-to-value, status, what is to be expected, and concentrations. No I/O. */
import { loanToValueBp } from '../../models/collateral.ts';
import { type Concentration, concentration } from '../../models/portfolio/concentration.ts';
import type { PatentPosition, PledgePosition } from './store.ts';

export type CoverStatus = 'compliant' | 'warning' | 'breach' | 'unknown';

/** Where a loan stands by its own limits; `unknown` where the value is. */
export function coverStatus(position: PledgePosition): CoverStatus {
  if (position.status === 'unknown') return 'unknown';
  if (position.outstanding_minor === 0) return 'compliant';
  if (position.ltv_bp === null || position.ltv_bp >= position.ltv_breach_bp) return 'breach';
  return position.ltv_bp >= position.ltv_warning_bp ? 'warning' : 'compliant';
}

export type PortfolioSummary = ReturnType<typeof portfolioSummary>;

export function portfolioSummary(pledges: readonly PledgePosition[], patents: readonly PatentPosition[]) {
  const known = pledges.filter(({ mid_minor }) => mid_minor !== null);
  const outstanding_minor = sumOf(pledges, (pledge) => pledge.outstanding_minor);
  const covered_minor = sumOf(known, (pledge) => pledge.outstanding_minor);
  const mid_minor = sumOf(known, (pledge) => pledge.mid_minor!);
  const statuses = Map.groupBy(pledges, coverStatus);
  const count = (status: CoverStatus) => statuses.get(status)?.length ?? 0;
  return {
    pledges: pledges.length,
    patents: patents.length,
    outstanding_minor,
    /** Outstanding of pledges whose value is unknown: covered by nobody knows what. */
    unknown_minor: outstanding_minor - covered_minor,
    value: {
      low_minor: sumOf(known, (pledge) => pledge.low_minor!),
      mid_minor,
      high_minor: sumOf(known, (pledge) => pledge.high_minor!),
    },
    weighted_ltv_bp: loanToValueBp(covered_minor, mid_minor),
    statuses: {
      compliant: count('compliant'),
      warning: count('warning'),
      breach: count('breach'),
      unknown: count('unknown'),
    },
    expected_breaches: [0, 1, 2].map((horizon) =>
      sumOf(pledges, (pledge) => pledge.breach_probabilities[horizon] ?? 0),
    ),
    concentrations: concentrations(pledges, patents),
  };
}

function concentrations(pledges: readonly PledgePosition[], patents: readonly PatentPosition[]) {
  const byValue = (groupOf: (patent: PatentPosition) => string): Concentration =>
    concentration(patents.map((patent) => ({ group: groupOf(patent), amount: patent.mid_minor })));
  return {
    technology_field: byValue(({ technology_field }) => String(technology_field ?? 'unknown')),
    office: byValue(({ office }) => office),
    right_type: byValue(({ right_type }) => right_type),
    expiry_year: byValue(({ expires_on }) => expires_on?.slice(0, 4) ?? 'unknown'),
    firm: concentration(
      pledges.map(({ firm_id, outstanding_minor }) => ({ group: firm_id, amount: outstanding_minor })),
    ),
    maturity_year: concentration(
      pledges.map(({ matures_on, outstanding_minor }) => ({
        group: matures_on.slice(0, 4),
        amount: outstanding_minor,
      })),
    ),
  };
}

function sumOf<Item>(items: readonly Item[], term: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + term(item), 0);
}
