/** The atoms that routes of listings, wants and deals share. */
import Type from 'typebox';
import { ENCUMBRANCE_KINDS } from '../../models/encumbrances.ts';
import { ORGANISATION_KINDS } from '../accounts/store.ts';
import { Closed, Day, Id, Minor, Nullable, OneOf, PatentId } from '../http/schemas.ts';
import { DEAL_KINDS } from './deals/machine.ts';
import { RANKS } from './listings/face.ts';
import { CHANNELS, LISTING_STATES } from './listings/store.ts';

/** Staff operate the service and are no party to a deal. */
export const TRADING = ORGANISATION_KINDS.filter((kind) => kind !== 'staff');

export const RIGHT_TYPES = ['invention', 'utility_model', 'design'] as const;
export const MAX_TITLE_LENGTH = 120;
export const MAX_TEXT_LENGTH = 2000;
export const MAX_CONTACT_LENGTH = 500;
/** Of a file. */
export const MAX_NAME_LENGTH = 120;
const MAX_TERRITORIES = 60;

export const ById = Closed({ id: Id });
export const Kind = OneOf(DEAL_KINDS, 'what is sold or licensed');
export const ChannelName = OneOf(
  CHANNELS,
  'talk: in the service; direct: the buyer asks who sells; team: staff in between; intermediary: by one that is known',
);
export const Office = Type.String({ pattern: '^[A-Z]{2}$', description: 'WIPO ST.3' });
export const Field = Type.Integer({ minimum: 1, maximum: 35, description: 'WIPO technology field' });
export const Price = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'minor units',
});
export const Title = Type.String({ minLength: 1, maxLength: MAX_TITLE_LENGTH });
export const Summary = Type.String({ minLength: 1, maxLength: MAX_TEXT_LENGTH });
export const Contact = Type.String({
  minLength: 1,
  maxLength: MAX_CONTACT_LENGTH,
  description: 'how you are reached; shown to the other side once it knows who you are',
});
export const PseudonymId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'one of your own; a new one is drawn if left out',
});
export const Kinds = Type.Array(Kind, { minItems: 1, maxItems: DEAL_KINDS.length });
export const Territories = Type.Array(Office, {
  minItems: 1,
  maxItems: MAX_TERRITORIES,
  description: 'where',
});

export const Identity = Type.Object({
  organisation_id: Id,
  name: Type.String(),
  kind: OneOf(ORGANISATION_KINDS, 'what it is to the service'),
});

/** Who is shown: its name, and who it is for whom its consent told it. */
export const Shown = Type.Object({
  pseudonym_id: Id,
  display_name: Type.String(),
  organisation: Nullable(Type.Object(Identity.properties, { description: 'null before the reveal' })),
});

export const PatentFace = Type.Object({
  office: Office,
  right_type: OneOf(RIGHT_TYPES, 'what is protected'),
  field: Nullable(Field),
  legal_state: Type.String({ description: 'as known now' }),
  years_left: Nullable(Type.Integer({ description: 'of the term: at least so many; 0, 1, 2, 5, 10 or 15' })),
  cited: Nullable(OneOf(RANKS, 'among patents of its field and year; null where that says nothing')),
  pledged: Type.Boolean({ description: 'to a bank that the service knows: its consent is needed' }),
  encumbrances: Type.Array(OneOf(ENCUMBRANCE_KINDS, 'open on the register')),
  patent: Nullable(
    Type.Object(
      { patent_id: PatentId, application_number: Type.String() },
      { description: 'null to whom the seller did not reveal itself: the register names the owner' },
    ),
  ),
});

export const Listing = Type.Object({
  id: Id,
  seller: Shown,
  own: Type.Boolean(),
  title: Title,
  summary: Summary,
  know_how: Nullable(Type.String({ description: 'what comes with the patents' })),
  kinds: Kinds,
  channels: Type.Array(ChannelName),
  territories: Territories,
  asking_minor: Nullable(Minor),
  currency: Type.String(),
  value: Nullable(
    Type.Object(
      { low_minor: Minor, high_minor: Minor },
      { description: 'what the models say of the patents together, rounded outward to one digit' },
    ),
  ),
  registered_owner: OneOf(
    ['seller', 'another', 'unknown'],
    'whom the register names: the seller, another (such as a pledgor), or nobody that can be compared',
  ),
  patents: Type.Array(PatentFace),
  state: OneOf(LISTING_STATES, 'reserved: accepted by a buyer, and not yet closed'),
  listed_on: Day,
  expires_on: Day,
  kept: Nullable(
    Type.Object(
      {
        contact: Nullable(Type.String()),
        pledge_id: Nullable(Id),
        plan: Nullable(Type.String()),
        plan_days: Nullable(Type.Integer()),
      },
      { description: 'the seller’s own, of a disposal the pledge and its plan; null to others' },
    ),
  ),
});
