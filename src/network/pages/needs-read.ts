/** What was typed in forms of needs and offers, as the service takes it. */
import { isCalendarDate } from '../../../models/calendar.ts';
import { toMinor } from '../../../models/money.ts';
import type { Caller } from '../../accounts/store.ts';
import { makePseudonym } from '../../anonymity/service.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { faultAt } from '../../pages/parts/fault.ts';
import { say } from '../../pages/sentences.ts';
import { findPatents } from '../../search/find.ts';
import type { NeedGiven } from '../needs/need.ts';
import type { OfferGiven } from '../needs/offer.ts';
import { OFFER_KINDS, type OfferKind, type Posted, type Profile } from '../needs/posting.ts';
import { NEW_PSEUDONYM, type Typed } from './needs-parts.tsx';

/** Forms speak of one currency; others go by the API. */
export const PAGE_CURRENCY = 'CNY';
const MAX_MAJOR = 1e12;
const MAX_PATENTS = 20;

export async function needTyped(
  tx: Transaction,
  typed: Typed,
  caller: Caller,
  now: Date,
): Promise<NeedGiven> {
  const today = dateOf(now);
  return {
    ...(await postedTyped(tx, typed, caller, now)),
    region: textOf(typed.region),
    wanted_regions: listOf(typed.wanted_regions),
    excluded_regions: listOf(typed.excluded_regions),
    fields: fieldsOf(typed.field),
    excluded_fields: [],
    kinds: OFFER_KINDS.filter((kind) => typed[`kind_${kind}`] === 'on'),
    starts_on: dayOf('starts_on', typed.starts_on) ?? today,
    ends_on: dayOf('ends_on', typed.ends_on) ?? today,
    ...moneyOf('budget', typed),
  };
}

export async function offerTyped(
  tx: Transaction,
  typed: Typed,
  caller: Caller,
  now: Date,
): Promise<OfferGiven> {
  return {
    ...(await postedTyped(tx, typed, caller, now)),
    kind: (typed.kind ?? 'technology') as OfferKind,
    region: textOf(typed.region),
    fields: fieldsOf(typed.field),
    available_from: dayOf('available_from', typed.available_from),
    available_until: dayOf('available_until', typed.available_until),
    ...moneyOf('price', typed),
    patent_ids: await patentsTyped(tx, listOf(typed.patents)),
  };
}

/** A pseudonym that is asked for is made with what it is for, or not at all. */
async function postedTyped(tx: Transaction, typed: Typed, caller: Caller, now: Date): Promise<Posted> {
  const { title, body, profile, pseudonym_id } = typed;
  const chosen = textOf(pseudonym_id);
  return {
    title: textOf(title) ?? missing('title'),
    body: textOf(body) ?? missing('body'),
    profile: (profile ?? 'firm') as Profile,
    pseudonym_id: chosen === NEW_PSEUDONYM ? (await makePseudonym(tx, undefined, caller, now)).id : chosen,
  };
}

/** @throws Problem `bad_request` for a message of no words */
export function messageTyped(typed: string): string {
  const message = textOf(typed);
  if (message === null) throw new Problem('bad_request', say('text_empty'));
  return message;
}

function missing(field: string): never {
  throw faultAt(field, say('field_empty'), 'refused');
}

function textOf(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(/[\s,;，；、]+/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function fieldsOf(text: string | undefined): number[] {
  return text ? [Number(text)] : [];
}

function dayOf(field: string, text: string | undefined): string | null {
  const day = textOf(text);
  if (day !== null && !isCalendarDate(day)) throw faultAt(field, say('field_no_day'), 'refused');
  return day;
}

type MoneyFields<What extends string> = Record<`${What}_min_minor` | `${What}_max_minor`, number | null> & {
  currency: string | null;
};

function moneyOf<What extends 'budget' | 'price'>(what: What, typed: Typed): MoneyFields<What> {
  const amount = (field: string) => {
    const text = textOf(typed[field])?.replaceAll(/[\s,]/g, '') ?? null;
    if (text === null) return null;
    const major = Number(text);
    if (!(major >= 0 && major <= MAX_MAJOR)) throw faultAt(field, say('field_no_amount'), 'refused');
    return toMinor(major, PAGE_CURRENCY);
  };
  const [least, most] = [amount(`${what}_min`), amount(`${what}_max`)];
  return {
    [`${what}_min_minor`]: least,
    [`${what}_max_minor`]: most,
    currency: least === null && most === null ? null : PAGE_CURRENCY,
  } as MoneyFields<What>;
}

async function patentsTyped(sql: Sql, numbers: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    numbers.slice(0, MAX_PATENTS).map((number) => findPatents(sql, { number }, 'patent_id', 1, null)),
  );
  const unknown = numbers.filter((_, index) => !found[index]?.[0]);
  if (unknown.length > 0)
    throw faultAt('patents', say('field_unknown_patents', { numbers: unknown.join(', ') }), 'refused');
  return found.flatMap(([patent]) => patent?.patent_id ?? []);
}
