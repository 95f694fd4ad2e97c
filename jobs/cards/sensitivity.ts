/** How the weighted median of one patent moves with each assumption: the tornado table of docs/models/valuation.md. Pure. */
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { valuePatent } from '../../models/valuation.ts';
import { digits, prose, table } from '../walkthrough/format.ts';
import { LAUNCH, type Subject, USE } from './subjects.ts';
import { moneyText, part, percentText } from './text.ts';

const STEP = 0.2;

/** A fifth more would leave the domain: nobody discounts by more than 1, and certain validity could never be moved. */
const GREATEST: Partial<Record<keyof Assumptions, number>> = {
  renewal_discount_factor: 1,
  unchallenged_validity: 0.99,
  royalty_revenue_share: 1,
};

interface Swing {
  name: string;
  less: number;
  more: number;
  change_at_less: number;
  change_at_more: number;
}

export function sensitivityPart({ owner, inputs }: Subject): string {
  const declared = { ...USE, launch: LAUNCH };
  const medianWith = (assumptions: Assumptions) =>
    valuePatent({ ...inputs, declared, assumptions }).weighted!.p50;
  const base = medianWith(DEFAULT_ASSUMPTIONS);
  const swings = swingsOf((assumptions) => medianWith(assumptions) / base - 1);
  const moving = swings.filter((swing) => width(swing) > 0).sort((a, b) => width(b) - width(a));
  const still = swings.filter((swing) => width(swing) === 0).map(({ name }) => name);
  return part(
    'Sensitivity: each assumption a fifth less and a fifth more',
    prose(
      `Change of the weighted median, CNY ${moneyText(base)}, of CN ${inputs.facts.application_number} (${owner}) with revenue and launch declared; one assumption at a time, widest first. Values are held inside their domain. Without any effect here: ${still.join(', ')}.`,
    ),
    table(
      ['assumption', 'less', 'change in %', 'more', 'change in %'],
      moving.map(({ name, less, more, change_at_less, change_at_more }) => [
        name,
        digits(less, 4),
        percentText(change_at_less),
        digits(more, 4),
        percentText(change_at_more),
      ]),
    ),
  );
}

function swingsOf(changeWith: (assumptions: Assumptions) => number): Swing[] {
  return (Object.keys(DEFAULT_ASSUMPTIONS) as (keyof Assumptions)[]).map((name) => {
    const assumption = DEFAULT_ASSUMPTIONS[name];
    const less = assumption.value * (1 - STEP);
    const more = Math.min(assumption.value * (1 + STEP), GREATEST[name] ?? Number.POSITIVE_INFINITY);
    const changeAt = (value: number) =>
      changeWith({ ...DEFAULT_ASSUMPTIONS, [name]: { ...assumption, value } });
    return { name, less, more, change_at_less: changeAt(less), change_at_more: changeAt(more) };
  });
}

function width({ change_at_less, change_at_more }: Swing): number {
  return Math.max(0, change_at_less, change_at_more) - Math.min(0, change_at_less, change_at_more);
}
