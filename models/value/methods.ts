/**
 * The valuation methods, and what each requires before it runs.
 *
 * A method whose requirements are not met answers with the first unmet one's named failure; it never throws for
 * missing facts. The order of METHODS is the order of reconciliation and of the explanation.
 * Quantiles are of the value of a patent that is in force and valid on `as_of`, major units of CNIPA_CURRENCY.
 * Worked: each in its own file.
 */
import type { Assumptions } from '../assumptions.ts';
import { attempt } from '../failure.ts';
import type { MethodResult } from '../types.ts';
import { costMethod } from './cost-method.ts';
import { marketMethod } from './market-method.ts';
import { optionMethod } from './option-method.ts';
import { renewalMethod } from './renewal-method.ts';
import { LAPSE_REQUIREMENTS, type MethodInputs, type Requirement, unmet } from './requirements.ts';
import { royaltyMethod } from './royalty-method.ts';

export interface Method {
  id: string;
  version: number;
  title: string;
  /** `joined` into the value; a `floor` is told beside it, since a cost says nothing of what a buyer would pay. */
  role: 'joined' | 'floor';
  /** Assumption that tells the method's own error, and so its weight; null for a floor. */
  log_error: keyof Assumptions | null;
  requires: readonly Requirement[];
  run: (inputs: MethodInputs) => Extract<MethodResult, { ok: true }>;
}

export const METHODS: readonly Method[] = [
  {
    id: 'renewal',
    version: 2,
    title: 'Renewal option value',
    role: 'joined',
    log_error: 'renewal_log_error',
    requires: [...LAPSE_REQUIREMENTS, 'renewal_decision'],
    run: renewalMethod,
  },
  {
    id: 'relief_from_royalty',
    version: 2,
    title: 'Relief from royalty',
    role: 'joined',
    log_error: 'royalty_log_error',
    requires: [...LAPSE_REQUIREMENTS, 'currency', 'revenue', 'industry'],
    run: royaltyMethod,
  },
  {
    id: 'option_to_launch',
    version: 1,
    title: 'Option to launch a product',
    role: 'joined',
    log_error: 'option_log_error',
    requires: [...LAPSE_REQUIREMENTS, 'currency', 'launch'],
    run: optionMethod,
  },
  {
    id: 'market',
    version: 1,
    title: 'Comparable deals',
    role: 'joined',
    log_error: 'market_log_error',
    requires: [...LAPSE_REQUIREMENTS, 'deals'],
    run: marketMethod,
  },
  {
    id: 'reproduction_cost',
    version: 1,
    title: 'Cost of reproduction',
    role: 'floor',
    log_error: null,
    requires: [...LAPSE_REQUIREMENTS, 'currency', 'reproduction_cost'],
    run: costMethod,
  },
];

/** Result of every method, by id. */
export function runMethods(inputs: MethodInputs): Record<string, MethodResult> {
  return Object.fromEntries(METHODS.map((method) => [method.id, runMethod(method, inputs)]));
}

function runMethod({ requires, run }: Method, inputs: MethodInputs): MethodResult {
  const failure = unmet(requires, inputs);
  if (failure !== null) return { ok: false, failure };
  const ran = attempt(() => run(inputs));
  return ran.ok ? ran.value : ran;
}
