/**
 * Official fees of filing, major units of the office's currency: what is due until grant whatever the examiner says.
 *
 *   claims = per_claim * max(0, claims - claims_free)
 * Reductions for small applicants are not taken off. Source: CNIPA's table of fees; EPO's schedule of 2024-04-01; PCT fee tables
 * for the receiving office CNIPA, as far as they are the International Bureau's. Entered from memory of them: `verified: false`.
 * Errors: FormulaFailure `out_of_range`. Worked: China, invention, 12 claims, one priority: 950 + 2 * 150 + 80 = 1,330 with the
 * filing, and 2,500 for examination.
 */
import { requireBetween } from '../failure.ts';
import type { FilingOffice, TermKind } from './terms.ts';

export const FEES_VERIFIED = false;

interface FeeTable {
  currency: string;
  filing: Readonly<Record<'invention' | 'utility_model', number>>;
  claims_free: number;
  per_claim: number;
  per_priority: number;
  examination: number;
}

const TABLES: Readonly<Record<FilingOffice, FeeTable>> = {
  CN: {
    currency: 'CNY',
    filing: { invention: 950, utility_model: 500 },
    claims_free: 10,
    per_claim: 150,
    per_priority: 80,
    examination: 2_500,
  },
  EP: {
    currency: 'EUR',
    filing: { invention: 1_655, utility_model: 0 },
    claims_free: 15,
    per_claim: 275,
    per_priority: 0,
    examination: 2_600,
  },
  WO: {
    currency: 'CHF',
    filing: { invention: 1_330, utility_model: 0 },
    claims_free: Number.MAX_SAFE_INTEGER,
    per_claim: 0,
    per_priority: 0,
    examination: 0,
  },
};

export interface FilingFee {
  kind: 'filing' | 'claims' | 'priority' | 'examination';
  amount: number;
  currency: string;
  /** The term by which it is due. */
  due_with: TermKind;
}

/** @param priorities claimed */
export function filingFees(
  office: FilingOffice,
  right_type: 'invention' | 'utility_model',
  claims: number,
  priorities: number,
): FilingFee[] {
  requireBetween('claims', claims, 0, Number.MAX_SAFE_INTEGER);
  requireBetween('priorities', priorities, 0, Number.MAX_SAFE_INTEGER);
  const { currency, filing, claims_free, per_claim, per_priority, examination } = TABLES[office];
  const with_filing = (kind: FilingFee['kind'], amount: number): FilingFee => ({
    kind,
    amount,
    currency,
    due_with: 'filing_fee',
  });
  return [
    with_filing('filing', filing[right_type]),
    with_filing('claims', per_claim * Math.max(0, claims - claims_free)),
    with_filing('priority', per_priority * priorities),
    {
      kind: 'examination' as const,
      amount: right_type === 'invention' ? examination : 0,
      currency,
      due_with: 'examination_request' as const,
    },
  ].filter(({ amount }) => amount > 0);
}
