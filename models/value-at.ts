/**
 * What a patent without declared use is worth, without the explanation: the numbers of valuePatent (valuation.ts), from the
 * same functions over tables that a whole corpus shares. A property test holds the two together.
 *
 * Units: major units of CNIPA_CURRENCY. Errors: as valuePatent.
 * Worked: what valuePatent({ facts, declared: null, ...setting }) gives as status, weighted and collateral, to the last bit.
 */
import { CNIPA_OFFICE } from './annuity/cnipa.ts';
import type { Quantiles } from './quantiles.ts';
import type { CalendarDate, ValuedFacts } from './types.ts';
import { hedonicPrice } from './value/formulas/hedonic.ts';
import { endOfRight, joinValues } from './value/join.ts';
import { dealFeatures } from './value/market-method.ts';
import type { MethodValue } from './value/reconcile.ts';
import { type AnnuityPosition, annuityPosition, renewalWorth, stillInForce } from './value/renewal-method.ts';
import { LAPSE_REQUIREMENTS, type MethodInputs, unmet } from './value/requirements.ts';
import type { ValuationTables } from './value/tables.ts';

export interface Worth {
  status: 'valued' | 'worthless' | 'unknown';
  /** Zeros when worthless, null when unknown. */
  weighted: Quantiles | null;
  /** 0 when worthless, null when unknown. */
  collateral: number | null;
  /**
   * First day after the valuation day on which something changes though nothing is learnt: a grant takes effect, an annuity
   * falls due, its lapse may be published or is ruled out, the term ends. Until then only time wears the value. Null when
   * nothing ever does.
   */
  changes_on: CalendarDate | null;
}

const NOTHING: Quantiles = { p05: 0, p10: 0, p25: 0, p50: 0, p75: 0, p90: 0, p95: 0 };
const WORTHLESS: Worth = { status: 'worthless', weighted: NOTHING, collateral: 0, changes_on: null };
const UNKNOWN: Worth = { status: 'unknown', weighted: null, collateral: null, changes_on: null };

export function worthOf(facts: ValuedFacts, tables: ValuationTables): Worth {
  const { setting } = tables;
  const { as_of } = setting;
  // Only a right in force can run out of its term: most of a corpus needs no term.
  const runs = facts.office === CNIPA_OFFICE && facts.legal_state === 'in_force';
  const term = runs ? tables.term(facts.right_type, facts.filed_on) : null;
  if (endOfRight(facts, setting, term?.expires_on ?? null) !== null) return WORTHLESS;
  if (term === null) return UNKNOWN;
  const inputs: MethodInputs = { ...setting, facts, declared: null, lapse: null, tables };
  if (unmet(LAPSE_REQUIREMENTS, inputs) !== null) {
    const { granted_on } = facts;
    const granted_later = granted_on !== null && granted_on > as_of && granted_on < term.expires_on;
    return { ...UNKNOWN, changes_on: granted_later ? granted_on : term.expires_on };
  }
  const { changes_on, patent_year } = term;
  const position = annuityPosition(facts, tables);
  const values = methodValues(facts, position, tables);
  if (values.length === 0) return { ...UNKNOWN, changes_on };
  const in_force = stillInForce(position);
  const { weighted, collateral } = joinValues(values, facts, patent_year, in_force, setting);
  return { status: 'valued', weighted, collateral, changes_on };
}

/** Of the methods that need no declared use, in the order of METHODS. */
function methodValues(facts: ValuedFacts, position: AnnuityPosition, tables: ValuationTables): MethodValue[] {
  const { as_of, market, assumptions } = tables.setting;
  const values: MethodValue[] = [];
  if (position.course.fees.length > 0) {
    const { quantiles } = renewalWorth(position, tables);
    values.push({ quantiles, log_error: assumptions.renewal_log_error.value });
  }
  if (market !== null && market.basis === 'deals_and_prior') {
    const quantiles = hedonicPrice(market, dealFeatures(facts, as_of));
    values.push({ quantiles, log_error: assumptions.market_log_error.value });
  }
  return values;
}
