/** One patent's valuation: facts and model in, a row to store out. No I/O. */

import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { toMajor, toMinor } from '../../models/money.ts';
import type { CalendarDate } from '../../models/types.ts';
import { VALUATION_MODEL, type Valuation, valuePatent } from '../../models/valuation.ts';
import { canonicalJson, sha256 } from '../canonical.ts';
import type { KnownPatent } from '../patents/facts.ts';
import type { StoredModel, ValuationRow } from './store.ts';

const ASSUMPTIONS_SHA256 = sha256(canonicalJson(DEFAULT_ASSUMPTIONS)).toString('hex');

export interface Valued {
  row: ValuationRow;
  valuation: Valuation;
}

/**
 * @param annual_revenue_minor declared by the pledgor, in minor units of `currency`; null when not declared
 */
export function value(
  patent: KnownPatent,
  annual_revenue_minor: number | null,
  currency: string,
  stored: StoredModel,
  as_of: CalendarDate,
): Valued {
  const { facts } = patent;
  const revenue =
    annual_revenue_minor === null ? null : { annual: toMajor(annual_revenue_minor, currency), currency };
  const valuation = valuePatent({
    as_of,
    facts,
    lapse_model: stored.model,
    revenue,
    assumptions: DEFAULT_ASSUMPTIONS,
  });
  const inputs = canonicalJson({
    valuation_model: VALUATION_MODEL,
    as_of,
    facts,
    revenue,
    assumptions_sha256: ASSUMPTIONS_SHA256,
  });
  const input_sha256 = sha256(inputs).toString('hex');
  const minor = (major: number | undefined | null) =>
    major === undefined || major === null ? null : toMinor(major, valuation.currency);
  const { status, range, collateral, ...detail } = valuation;
  return {
    valuation,
    row: {
      patent_id: patent.patent_id,
      valuation_id: `val_${sha256(`${input_sha256}|${stored.id}`).toString('hex').slice(0, 32)}`,
      as_of,
      model_version_id: stored.id,
      input_sha256: `\\x${input_sha256}`,
      status,
      currency: valuation.currency,
      low_minor: minor(range?.low),
      mid_minor: minor(range?.mid),
      high_minor: minor(range?.high),
      collateral_minor: minor(collateral),
      detail: { ...detail, facts, revenue },
    },
  };
}
