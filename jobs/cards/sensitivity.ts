/** How the weighted median of one patent moves with each assumption: the tornado table of docs/models/valuation.md. Pure. */
import { valuePatent } from '../../models/valuation.ts';
import { sensitivity, swingWidth } from '../../models/value/sensitivity.ts';
import { digits, prose, table } from '../walkthrough/format.ts';
import { LAUNCH, type Subject, USE } from './subjects.ts';
import { moneyText, part, percentText } from './text.ts';

export function sensitivityPart({ owner, inputs }: Subject): string {
  const used = { ...inputs, declared: { ...USE, launch: LAUNCH } };
  const base = valuePatent(used).weighted!.p50;
  const swings = sensitivity(used)!;
  const moving = swings.filter((swing) => swingWidth(swing) > 0);
  const still = swings.filter((swing) => swingWidth(swing) === 0).map(({ name }) => name);
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
