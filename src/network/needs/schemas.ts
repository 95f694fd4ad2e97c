/** What needs and offers look like from outside. */
import Type from 'typebox';
import { REASONS } from '../../../models/matching/reasons.ts';
import { Problem } from '../../errors.ts';
import {
  Closed,
  Currency,
  Day,
  Id,
  Minor,
  Nullable,
  OneOf,
  PatentId,
  WithDefault,
} from '../../http/schemas.ts';
import { NEED_STATES } from './need.ts';
import { OFFER_STATES } from './offer.ts';
import { FIELDS, MAX_BODY_CHARS, MAX_LISTED, MAX_TITLE_CHARS, OFFER_KINDS, PROFILES } from './posting.ts';

export const Region = Type.String({
  minLength: 2,
  maxLength: 6,
  description: 'ISO 3166-1 country, ISO 3166-2 part of one, or six digits of GB/T 2260',
});
export const Field = Type.Integer({ minimum: 1, maximum: FIELDS, description: 'WIPO technology field' });
export const Kind = OneOf(OFFER_KINDS, 'what is offered');
export const Profile = OneOf(PROFILES, 'as what the organisation takes part');
const listOf = <T extends Parameters<typeof Type.Array>[0]>(item: T, description: string) =>
  Type.Array(item, { maxItems: MAX_LISTED, description });

const Said = {
  title: Type.String({ minLength: 1, maxLength: MAX_TITLE_CHARS }),
  body: Type.String({
    minLength: 1,
    maxLength: MAX_BODY_CHARS,
    description: 'in English, Chinese or Russian',
  }),
  profile: Profile,
};
const maybe = <T extends Parameters<typeof Nullable>[0]>(schema: T) =>
  WithDefault(Type.Union([schema, Type.Null()], { default: null }));
const none = <T extends Parameters<typeof Type.Array>[0]>(item: T, description: string) =>
  WithDefault(Type.Array(item, { maxItems: MAX_LISTED, default: [], description }));

const PSEUDONYM = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'own pseudonym to be shown under',
});

export const NeedBody = Closed({
  ...Said,
  pseudonym_id: maybe(PSEUDONYM),
  region: maybe(Region),
  wanted_regions: none(Region, 'where what meets it may come from; none is anywhere'),
  excluded_regions: none(Region, 'and may not'),
  fields: none(Field, 'none is any'),
  excluded_fields: none(Field, 'in which nothing is wanted'),
  kinds: none(Kind, 'none is any'),
  starts_on: Day,
  ends_on: Day,
  budget_min_minor: maybe(Minor),
  budget_max_minor: maybe(Minor),
  currency: maybe(Currency),
});

const Posted = {
  ...Said,
  id: Id,
  display_name: Type.String({ description: 'of the organisation, or the pseudonym that it is shown under' }),
  pseudonym_id: Nullable(Id),
  region: Nullable(Region),
  fields: listOf(Field, 'none is any'),
  currency: Nullable(Currency),
  posted_on: Day,
};

export const Need = Type.Object({
  ...Posted,
  state: OneOf(NEED_STATES, 'matched once an introduction was consented to'),
  wanted_regions: listOf(Region, 'none is anywhere'),
  excluded_regions: listOf(Region, ''),
  excluded_fields: listOf(Field, ''),
  kinds: listOf(Kind, 'none is any'),
  starts_on: Day,
  ends_on: Day,
  budget_min_minor: Nullable(Minor),
  budget_max_minor: Nullable(Minor),
});

export const OfferBody = Closed({
  ...Said,
  kind: Kind,
  pseudonym_id: maybe(PSEUDONYM),
  region: maybe(Region),
  fields: none(Field, 'none is any'),
  available_from: maybe(Day),
  available_until: maybe(Day),
  price_min_minor: maybe(Minor),
  price_max_minor: maybe(Minor),
  currency: maybe(Currency),
  patent_ids: none(PatentId, 'of an offer of kind patent'),
});

const Count = Type.Integer({ minimum: 0 });
export const Offer = Type.Object({
  ...Posted,
  kind: Kind,
  state: OneOf(OFFER_STATES, 'whether it can be had'),
  available_from: Nullable(Day),
  available_until: Nullable(Day),
  price_min_minor: Nullable(Minor),
  price_max_minor: Nullable(Minor),
  patent_ids: listOf(PatentId, ''),
  introductions_over: Count,
  introductions_came: { ...Count, description: 'of those that are over, to a meeting or a deal' },
});

const Share = Type.Number({ minimum: 0, maximum: 1 });
export const ReasonsBody = Type.Object(Object.fromEntries(REASONS.map((reason) => [reason, Share])), {
  description: 'each by itself, from 0 to 1; a half where a side does not say',
});

export const Match = Type.Object({
  kind: Kind,
  offer_id: Nullable({ ...Id, description: 'null for a patent that nobody offers here' }),
  patent_id: Nullable(PatentId),
  title: Type.String(),
  display_name: Nullable(Type.String({ description: 'of a patent the first owner on record' })),
  region: Nullable(Region),
  fields: listOf(Field, ''),
  strength: { ...Share, description: 'chance that an introduction comes to something, as far as is known' },
  reasons: ReasonsBody,
  words: Type.Array(Type.String(), { description: 'that both have, the most telling first' }),
});

/** Day and id of the last item of a page. */
export function cursorOf({ posted_on, id }: { posted_on: string; id: string }): string {
  return `${posted_on}~${id}`;
}

/** @throws Problem `bad_request` */
export function placeIn(cursor: string | undefined): readonly [string, string] | null {
  if (cursor === undefined) return null;
  const [, day, id] = /^(\d{4}-\d{2}-\d{2})~(\w{1,64})$/.exec(cursor) ?? [];
  if (day === undefined || id === undefined || Number.isNaN(Date.parse(day)))
    throw new Problem('bad_request', 'cursor: it is not of this list; give next_cursor of the page before.');
  return [day, id];
}
