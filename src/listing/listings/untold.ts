/** Texts that everybody reads must not tell who wrote them: neither by name nor by a number under which the register names it. */
import { toldInText } from '../../anonymity/names.ts';
import type { Sql } from '../../db/client.ts';
import { fieldFault, Problem } from '../../errors.ts';
import type { KnownPatent } from '../../patents/facts.ts';
import { ownersByPatent } from '../../patents/owners.ts';
import { sentence } from '../sentences.ts';

/** Shorter runs of digits are years and quantities. */
const TELLING_DIGITS = 7;

/**
 * @param texts by field
 * @throws Problem `refused` naming the first field that tells, and what
 */
export function requireUntold(
  texts: Readonly<Record<string, string | null | undefined>>,
  names: readonly string[],
  numbers: readonly string[] = [],
): void {
  for (const [field, text] of Object.entries(texts)) {
    if (!text) continue;
    const told =
      names.map((name) => toldInText(text, name)).find((part) => part !== null) ??
      numbers.find((number) => digitsOf(text).includes(digitsOf(number)));
    if (told === undefined) continue;
    const fault = sentence('listing_holds', { told });
    throw new Problem('refused', sentence('listing_telling', { field, told }), [
      fieldFault(`/body/${field}`, fault),
    ]);
  }
}

/** Names and numbers by which patents tell whose they are. */
export async function tellingOf(
  sql: Sql,
  patents: ReadonlyMap<string, KnownPatent>,
  known_at: Date,
): Promise<{ names: string[]; numbers: string[] }> {
  const owners = await ownersByPatent(sql, [...patents.keys()], known_at);
  return {
    names: [...owners.values()].flatMap((each) => each.map(({ name }) => name)),
    numbers: [...patents.values()]
      .map(({ facts }) => facts.application_number)
      .filter((number) => digitsOf(number).length >= TELLING_DIGITS),
  };
}

/** Without the check digit after the point. */
function digitsOf(text: string): string {
  return text.normalize('NFKC').replaceAll(/\.\d|\D/g, '');
}
