/**
 * The covariates of the lapse hazard at one annuity due date.
 *
 * Of the patent: log(1 + claims), natural person among the applicants, first applicant domestic, agency, number of
 * IPC symbols. They are centred at their training means, so the constant speaks of the average patent, and a
 * missing value becomes the mean, that is 0 after centring; who imputed what is recorded by the caller.
 * Of the due date: age = (patent year - 10) / 10, its square, and log(fee / fee of the year before), because
 * owners drop patents where the fee steps up (the renewal decision of Schankerman and Pakes 1986). This term was
 * chosen after the hazards by patent year of data/cn_patents.csv to 2017 had been seen, so its fit there is no test.
 * Worked: invention, patent year 7: 1, -0.3, 0.09, log(2000 / 1200) = 0.5108.
 */
import { annualFee } from '../annuity/cnipa.ts';
import type { RightType, ValuedFacts } from '../types.ts';

export const DUE_COVARIATES = ['constant', 'age', 'age_squared', 'log_fee_step'] as const;
export const PATENT_COVARIATES = [
  'log1p_claims',
  'individual_applicant',
  'domestic_applicant',
  'agency',
  'ipc_symbols',
] as const;
export const COVARIATES: readonly string[] = [...DUE_COVARIATES, ...PATENT_COVARIATES];

/** Raw covariates of the patent, in the order of PATENT_COVARIATES; null where not known. */
export function patentCovariates(facts: ValuedFacts): (number | null)[] {
  return [
    facts.claims === null ? null : Math.log1p(facts.claims),
    indicator(facts.individual_applicant),
    indicator(facts.domestic_applicant),
    indicator(facts.agency),
    facts.ipc.length === 0 ? null : facts.ipc.length,
  ];
}

/** Covariates of the due date of a patent year, in the order of DUE_COVARIATES. */
export function dueCovariates(right: RightType, patent_year: number): number[] {
  const age = (patent_year - 10) / 10;
  const fee = annualFee(right, patent_year)!;
  const before = annualFee(right, patent_year - 1)!;
  return [1, age, age * age, Math.log(fee / before)];
}

/** Patent covariates less their means; a missing one becomes 0. */
export function centre(values: (number | null)[], means: Record<string, number>): number[] {
  return PATENT_COVARIATES.map((name, index) => {
    const value = values[index] ?? null;
    return value === null ? 0 : value - means[name]!;
  });
}

function indicator(value: boolean | null): number | null {
  return value === null ? null : Number(value);
}
