/**
 * How a formula refuses: it throws a FormulaFailure, which `attempt` turns into data where the caller wants an answer.
 *
 * Worked: attempt(() => requireFinite('claims', NaN)) is { ok: false, failure: { code: 'not_finite', ... } }.
 */
import { type Sentence, textOf } from './sentences.ts';
import type { Failure } from './types.ts';

/** A named refusal of an input; the message gives the offending value and what would mend it. */
export class FormulaFailure extends RangeError {
  readonly code: string;
  /** The message, with its values where it has a code of its own. */
  readonly said: Sentence | string;

  constructor(code: string, said: Sentence | string) {
    super(textOf(said));
    this.code = code;
    this.said = said;
  }
}

/** A result, or why there is none. */
export type Outcome<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

/** Runs a formula; its FormulaFailure becomes an answer, any other error passes. */
export function attempt<Value>(formula: () => Value): Outcome<Value> {
  try {
    return { ok: true, value: formula() };
  } catch (error) {
    if (!(error instanceof FormulaFailure)) throw error;
    return { ok: false, failure: { code: error.code, message: error.message } };
  }
}

/** @throws FormulaFailure `not_finite` */
export function requireFinite(name: string, value: number): number {
  if (!Number.isFinite(value))
    throw new FormulaFailure('not_finite', `${name} is ${value}; give a finite number.`);
  return value;
}

/** @throws FormulaFailure `not_finite` or `out_of_range`; both ends belong to the range */
export function requireBetween(name: string, value: number, least: number, most: number): number {
  requireFinite(name, value);
  if (value < least || value > most)
    throw new FormulaFailure('out_of_range', `${name} is ${value}; give a number from ${least} to ${most}.`);
  return value;
}
