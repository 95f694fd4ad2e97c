/** What the steps of a valuation are made from: the record of each patent, and what it may be worth by what is declared of it. */
import { toMinor } from '../../../models/money.ts';
import type { CalendarDate, Failure } from '../../../models/types.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { dateOf } from '../../clock.ts';
import type { Sql } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { type KnownPatent, knownPatents } from '../../patents/facts.ts';
import { NOTHING_DECLARED } from '../../pledges/store.ts';
import { type FoundPatent, findPatents } from '../../search/find.ts';
import { latestModels } from '../../valuations/store.ts';
import { type DeclaredUseMinor, value } from '../../valuations/value.ts';

/** A form that fits a screen; the API takes more. */
export const MOST_PATENTS = 10;
const MAX_MAJOR = 1e12;

/** What was typed of one patent: amounts in major units. */
export interface TypedUse {
  revenue: string;
  cost: string;
  /** Empty: none is stated. */
  industry: string;
}

/** One line of the numbers that were typed, and what is known of it. */
export interface Line {
  typed: string;
  found: FoundPatent | null;
  known: KnownPatent | null;
  use: TypedUse;
}

/** Numbers of a text, one a line or with commas between, each once. */
export function numbersIn(text: string): string[] {
  const numbers = text.split(/[\n,;，；、]/).map((line) => line.trim());
  return [...new Set(numbers.filter((line) => line !== ''))];
}

export async function readLines(
  sql: Sql,
  numbers: readonly string[],
  uses: readonly TypedUse[],
  now: Date,
): Promise<Line[]> {
  const found = await Promise.all(numbers.map((number) => byNumber(sql, number)));
  const ids = found.flatMap((each) => (each ? [each.patent_id] : []));
  const known = await knownPatents(sql, ids, now);
  return numbers.map((typed, index) => {
    const patent = found[index]!;
    return {
      typed,
      found: patent,
      known: (patent && known.get(patent.patent_id)) ?? null,
      use: uses[index]!,
    };
  });
}

const WITH_OFFICE = /^([A-Z]{2}) ?(\S.*)$/;

/** Null for a number that cannot be read, or that no patent has. As it is stored, a number is found before the search has it. */
export async function byNumber(sql: Sql, number: string): Promise<FoundPatent | null> {
  const [, office, application_number] = WITH_OFFICE.exec(number) ?? [];
  const [stored] = office ? await findPatents(sql, { office, application_number }, 'patent_id', 1, null) : [];
  if (stored) return stored;
  try {
    const [found] = await findPatents(sql, { number }, 'patent_id', 1, null);
    return found ?? null;
  } catch (error) {
    if (error instanceof Problem && error.code === 'bad_request') return null;
    throw error;
  }
}

/** In major units; null for nothing, undefined for what is no amount. */
export function amountOf(text: string): number | null | undefined {
  const plain = text.replace(/[\s,，]/g, '');
  if (plain === '') return null;
  return /^\d+(\.\d{1,2})?$/.test(plain) && Number(plain) <= MAX_MAJOR ? Number(plain) : undefined;
}

export function declared({ revenue, cost, industry }: TypedUse): DeclaredUseMinor {
  const minor = (text: string) => {
    const major = amountOf(text);
    return major == null ? null : toMinor(major, VALUATION_CURRENCY);
  };
  return {
    ...NOTHING_DECLARED,
    annual_revenue_minor: minor(revenue),
    industry: industry === '' ? null : industry,
    reproduction_cost_minor: minor(cost),
  };
}

export interface Range {
  patent_id: string;
  status: 'valued' | 'worthless' | 'unknown';
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  /** Why there is none. */
  failure: Failure | null;
}

/** Indicative: nothing is stored, and nobody is told. Null without a model in force. */
export async function indicativeRanges(sql: Sql, lines: readonly Line[], now: Date): Promise<Range[] | null> {
  const models = await latestModels(sql, now);
  if (!models) return null;
  const as_of: CalendarDate = dateOf(now);
  return lines.map(({ known, use }) => {
    const { row, valuation } = value(known!, declared(use), VALUATION_CURRENCY, models, as_of);
    const { patent_id, status, low_minor, mid_minor, high_minor } = row;
    return {
      patent_id,
      status: status as Range['status'],
      low_minor,
      mid_minor,
      high_minor,
      failure: valuation.failure,
    };
  });
}
