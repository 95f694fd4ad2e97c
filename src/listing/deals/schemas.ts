/** What routes of deals take and show. */
import Type from 'typebox';
import { Closed, Day, Id, Instant, Minor, Nullable, OneOf, PatentId } from '../../http/schemas.ts';
import { ChannelName, Contact, Identity, Kind, MAX_TEXT_LENGTH, Price, PseudonymId } from '../schemas.ts';
import { ANSWERS, PROCEEDS_TO } from './consents.ts';
import { ACTORS, SIDES, STAGES, STEPS, type Step } from './machine.ts';
import type { StepDetail } from './service.ts';

const MAX_MESSAGE_LENGTH = 4000;
const MAX_REASON_LENGTH = 500;

export const Stage = OneOf(STAGES, 'from the enquiry to the end');
const SideName = OneOf(SIDES, 'of the deal');
const Reason = Type.String({ minLength: 1, maxLength: MAX_REASON_LENGTH });

export const Words = Type.String({ minLength: 1, maxLength: MAX_MESSAGE_LENGTH });

export const NewEnquiry = Closed({
  channel: ChannelName,
  message: {
    ...Words,
    description: 'to the seller; with the channel direct also the reason of asking who it is',
  },
  pseudonym_id: Type.Optional(PseudonymId),
  contact: Type.Optional(Contact),
});

const Party = Type.Object({
  pseudonym_id: Id,
  display_name: Type.String(),
  organisation: Nullable(Type.Object(Identity.properties, { description: 'null before the reveal' })),
  contact: Nullable(Type.String()),
});

export const Offer = Type.Object({
  id: Id,
  deal_id: Id,
  seq: Type.Integer(),
  side: SideName,
  kind: Kind,
  price_minor: Minor,
  currency: Type.String(),
  conditions: Nullable(Type.String()),
  made_at: Instant,
  expires_at: Instant,
});

export const NewOffer = Closed({
  kind: Kind,
  price_minor: { ...Price, description: 'paid once, minor units' },
  conditions: Type.Optional(Type.String({ minLength: 1, maxLength: MAX_TEXT_LENGTH })),
  expires_at: Type.String({ format: 'date-time', description: 'until when it can be accepted' }),
});

const DealFields = {
  id: Id,
  listing_id: Id,
  channel: ChannelName,
  with_team: Type.Boolean({ description: 'staff may see it and speak in it' }),
  stage: Stage,
  kind: Nullable(Kind),
  price_minor: Nullable({ ...Minor, description: 'that was accepted' }),
  currency: Type.String(),
  enquired_at: Instant,
  changed_at: Instant,
};

export const DealRow = Type.Object({
  ...DealFields,
  seller_name: Type.String(),
  buyer_name: Type.String(),
});

export const Deal = Type.Object({
  ...DealFields,
  side: OneOf(ACTORS, 'the reader’s'),
  seller: Party,
  buyer: Party,
  seller_signed: Type.Boolean(),
  buyer_signed: Type.Boolean(),
  agreement: Type.Object({ text: Type.String(), sha256: Type.String() }),
  offer_id: Nullable(Id),
  offers: Type.Array(Offer),
  accepted_at: Nullable(Instant),
  filing_number: Nullable(Type.String()),
  recorded_on: Nullable(Day),
  costs_minor: Nullable(Minor),
  steps: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      step: Type.String(),
      side: OneOf(ACTORS, 'who took it'),
      stage: Stage,
      detail: Type.Record(Type.String(), Type.Unknown()),
      at: Instant,
    }),
  ),
  open_steps: Type.Array(
    Type.Object({
      step: OneOf(Object.keys(STEPS) as Step[], 'that the reader’s side takes in this stage'),
      refusal: Nullable(Type.String({ description: 'why not now' })),
    }),
  ),
});

const STEP_DETAILS = {
  sign: Closed({
    agreement_sha256: Type.String({
      pattern: '^[0-9a-fA-F]{64}$',
      description: 'of the agreement that is signed',
    }),
  }),
  open_data_room: Closed({}),
  ask_consent: Closed({}),
  accept: Closed({ offer_id: Id }),
  file: Closed({
    filing_number: Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'of the assignment, the office’s own',
    }),
    filed_on: Day,
  }),
  record: Closed({}),
  close: Closed({ costs_minor: Type.Optional({ ...Minor, description: 'of the sale; none if left out' }) }),
  withdraw: Closed({ reason: Reason }),
  delegate: Closed({}),
} as const;

/** The step first, so that a fault is told of the one that was meant. */
export const StepBody = Type.Unsafe<StepDetail>({
  allOf: [
    Type.Object({ step: OneOf(Object.keys(STEP_DETAILS), 'the next step') }),
    {
      type: 'object',
      required: ['step'],
      discriminator: { propertyName: 'step' },
      oneOf: Object.entries(STEP_DETAILS).map(([step, detail]) =>
        Closed({ step: Type.Literal(step), ...detail.properties }, { description: step }),
      ),
    },
  ],
});

export const Message = Type.Object({
  seq: Type.Integer(),
  side: OneOf([...SIDES, 'team'], 'who says it'),
  text: Type.String(),
  at: Instant,
});

export const Consent = Type.Object({
  id: Id,
  deal_id: Id,
  pledge_id: Id,
  bank_id: Id,
  patent_ids: Type.Array(PatentId),
  buyer_name: Type.String({ description: 'the pseudonym’s' }),
  kind: Kind,
  price_minor: Minor,
  currency: Type.String(),
  asked_at: Instant,
  answer: Nullable(OneOf(ANSWERS, 'null until the pledgee answers')),
  proceeds_to: Nullable(
    OneOf(PROCEEDS_TO, 'debt: paid towards the debt before its time; deposit: kept on deposit'),
  ),
  reason: Nullable(Type.String()),
  answered_at: Nullable(Instant),
});

export const GivenAnswer = Type.Union([
  Closed({ answer: Type.Literal('given'), proceeds_to: OneOf(PROCEEDS_TO, 'where what is paid goes') }),
  Closed({ answer: Type.Literal('refused'), reason: Reason }),
]);
