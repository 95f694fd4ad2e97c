/** docs/models/walkthrough.md: the steps of valuePatent for one patent, as formulas with their numbers. Pure. */

import { prose } from './format.ts';
import { aftermathSection, assumptionsSection, collateralSection, joinedSection } from './joined.ts';
import { factsSection, inForceSection, lapseSection } from './lapse.ts';
import { renewalSection } from './renewal.ts';
import { royaltySection } from './royalty.ts';
import type { Subject } from './subject.ts';

const SECTIONS = [
  factsSection,
  lapseSection,
  inForceSection,
  renewalSection,
  royaltySection,
  joinedSection,
  collateralSection,
  aftermathSection,
  assumptionsSection,
];

export function walkthroughText(subject: Subject): string {
  return `${[introduction(subject), ...SECTIONS.map((part) => part(subject))].join('\n\n')}\n`;
}

function introduction({ inputs, lapse }: Subject): string {
  const { facts, as_of, declared } = inputs;
  const ahead = lapse.annuities.filter(({ due_on }) => due_on > as_of).length;
  return [
    '# One patent, from facts to number',
    prose(
      'Written by `npm run -s walkthrough`; do not edit. The patent and its history are real, its revenue and industry are invented.',
    ),
    prose(
      `Every step of \`valuePatent\` (models/valuation.ts) for CN ${facts.application_number} as on ${as_of}, to be followed with a calculator: numbers are printed to eight significant digits, and what is computed again from them agrees to six; in step 7 to the cent. log is the natural logarithm, Phi the standard normal distribution; money is in ${declared!.currency}. The patent was chosen before its value was known, for having only ${ahead} annuities left and a later notice to compare with.`,
    ),
  ].join('\n\n');
}
