/**
 * Checks the form of an application. Deterministic, in one pass a rule, and with no judgement of novelty: what it finds an
 * examiner may object to, and what it does not find may still be there.
 * Errors: FormulaFailure `too_long`, `too_many` (limits.ts); any other text gives findings.
 */
import { type Reading, readApplication, textOf } from './reading.ts';
import type { ClaimRule, Raised } from './rule.ts';
import { CLAIM_RULES } from './rules.ts';
import type { ApplicationText, Finding } from './types.ts';

/** Of a place longer than this its beginning is quoted. */
const MAX_QUOTE_characters = 200;

/** @returns what the rules find, in their order and within a rule in that of the text */
export function checkApplication(application: ApplicationText): Finding[] {
  const reading = readApplication(application);
  return CLAIM_RULES.flatMap((rule) => rule.check(reading).map((raised) => findingOf(rule, raised, reading)));
}

function findingOf(rule: ClaimRule, raised: Raised, { application }: Reading): Finding {
  const { claim, part, start, values = {}, severity = rule.severity } = raised;
  const end = Math.min(raised.end, start + MAX_QUOTE_characters);
  const quote = textOf(application, part).slice(start, end);
  const filled = { ...values, quote, ...(claim === null ? {} : { claim }) };
  return {
    rule: rule.code,
    claim,
    place: { part, start, end, quote },
    severity,
    values,
    message: fill(rule.message, filled),
    remedy: rule.remedy,
  };
}

function fill(message: string, values: Readonly<Record<string, string | number>>): string {
  return message.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
