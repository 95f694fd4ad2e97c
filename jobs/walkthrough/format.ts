/** How the walkthrough prints numbers, prose and tables, and how it makes sure of its numbers. */
import type { Subject } from './subject.ts';

const DIGITS = 8;
const COLUMNS = 120;

/** Significant digits, with no locale and no trailing zeros. */
export function digits(value: number, count: number = DIGITS): string {
  return String(Number(value.toPrecision(count)));
}

/** A number inside a formula: in brackets when negative. */
export function term(value: number): string {
  return value < 0 ? `(${digits(value)})` : digits(value);
}

/** A paragraph, its lines broken between words. */
export function prose(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

export function table(columns: readonly string[], rows: readonly (readonly (number | string)[])[]): string {
  const line = (cells: readonly (number | string)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? digits(cell) : cell)).join(' | ')} |`;
  return [line(columns), `|${' --- |'.repeat(columns.length)}`, ...rows.map(line)].join('\n');
}

export function formulas(...lines: readonly string[]): string {
  return ['```text', ...lines, '```'].join('\n');
}

export function section(title: string, ...parts: readonly string[]): string {
  return [`## ${title}`, ...parts].join('\n\n');
}

export function sumOf<Item>(items: readonly Item[], value: (item: Item, index: number) => number): number {
  return items.reduce((sum, item, index) => sum + value(item, index), 0);
}

/** A number of the valuation's own explanation. */
export function explained(subject: Subject, what: string, name: string): number {
  return Number(stepOf(subject, what).values[name]);
}

/** The sources that the valuation names for its steps, and what is to be added. */
export function source(subject: Subject, whats: readonly string[], more: string = ''): string {
  const named = new Set(whats.map((what) => stepOf(subject, what).source));
  return prose(`Source: ${[...named].join('; ')}. ${more}`.trimEnd());
}

/** Each number is computed here again: one that is not that of the valuation must not be printed. */
export function agree(what: string, here: number, valued: number): number {
  if (Math.abs(here - valued) <= 1e-12 * Math.abs(valued)) return here;
  throw new Error(
    `The walkthrough reaches ${here} as ${what}, the valuation ${valued}: bring it up to date.`,
  );
}

function stepOf({ valuation }: Subject, what: string) {
  const step = valuation.explanation.find((candidate) => candidate.what === what);
  if (step === undefined) throw new Error(`The valuation explains no step '${what}'.`);
  return step;
}
