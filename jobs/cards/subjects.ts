/** Whom docs/models/valuation.md values: real patents by kind of owner, and an invented use. */
import { CNIPA_CURRENCY } from '../../models/annuity/cnipa.ts';
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import type { LapseHistory } from '../../models/lapse/types.ts';
import type { DeclaredUse, PatentFacts } from '../../models/types.ts';
import { type ValuationInputs, valuePatent } from '../../models/valuation.ts';
import { silentOn } from '../bundled-file.ts';

export const AS_OF = '2011-01-01';

/** Invented, as is LAUNCH: the file tells of no use. */
export const USE: DeclaredUse = {
  currency: CNIPA_CURRENCY,
  annual_revenue: 10_000_000,
  industry: null,
  launch: null,
  reproduction_cost: null,
};
export const LAUNCH = { value: 5_000_000, development_cost: 6_000_000 };

export interface Subject {
  owner: string;
  /** With no use declared. */
  inputs: ValuationInputs;
}

const OWNERS: readonly [string, (facts: PatentFacts) => boolean][] = [
  [
    'Chinese organisation',
    (facts) => facts.domestic_applicant === true && facts.individual_applicant === false,
  ],
  [
    'Chinese natural person',
    (facts) => facts.domestic_applicant === true && facts.individual_applicant === true,
  ],
  [
    'foreign organisation',
    (facts) => facts.domestic_applicant === false && facts.individual_applicant === false,
  ],
];

/** Of each kind of owner the first of the file that has a value on AS_OF. */
export function chooseSubjects(histories: readonly LapseHistory[]): Subject[] {
  const fit = fitLapse(histories, AS_OF);
  if (!fit.ok) throw new Error(fit.failure.message);
  const { model } = fit;
  const valued = silentOn(histories, AS_OF).map(({ facts }) => inputsOf(facts, model));
  return OWNERS.map(([owner, owns]) => {
    const inputs = valued.find((inputs) => owns(inputs.facts) && valuePatent(inputs).status === 'valued');
    if (inputs === undefined) throw new Error(`No patent of a ${owner} has a value on ${AS_OF}.`);
    return { owner, inputs };
  });
}

function inputsOf(facts: PatentFacts, lapse_model: ValuationInputs['lapse_model']): ValuationInputs {
  return {
    as_of: AS_OF,
    facts: { ...facts, register_seen_on: AS_OF },
    lapse_model,
    declared: null,
    market: null,
    calibration: null,
    assumptions: DEFAULT_ASSUMPTIONS,
  };
}
