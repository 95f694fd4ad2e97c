/** How the model cards print what they share. */
import { type Materiality, materialityTier } from '../../models/governance/registry.ts';
import { table } from '../walkthrough/format.ts';

export function shareText(value: number): string {
  return value.toFixed(3);
}

/** A change as a signed percentage; one that rounds to nothing has no sign. */
export function percentText(change: number): string {
  const text = (100 * change).toFixed(1);
  return Number(text) === 0 ? '0.0' : change > 0 ? `+${text}` : text;
}

/** Whole units with a separator, rounded to three significant digits. */
export function moneyText(value: number): string {
  const whole = String(Math.round(Number(value.toPrecision(3))));
  return whole.replace(/\B(?=(\d{3})+$)/g, ',');
}

export function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

/** A heading with what stands under it. */
export function part(title: string, ...contents: readonly string[]): string {
  return [`### ${title}`, ...contents].join('\n\n');
}

export function materialityPart(materiality: Materiality): string {
  return part(
    'Materiality',
    table(
      [...Object.keys(materiality).map((name) => name.replace('_', ' ')), 'tier'],
      [[...Object.values(materiality).map(String), String(materialityTier(materiality))]],
    ),
  );
}
