/** Events of listings, deals over them, experts and expectations. */
import Type from 'typebox';
import { Day, type EventKinds, Id, Nullable } from './shared.ts';

const EngagementFields = {
  engagement_id: Id,
  deal_id: Nullable(Id),
  patent_id: Nullable(Type.String({ format: 'uuid' })),
};
const EngagementData = Type.Object(EngagementFields);
const EngagementAskedData = Type.Object({
  ...EngagementFields,
  engager_name: Type.String(),
  brief: Type.String(),
});
const OpinionData = Type.Object({
  ...EngagementFields,
  version: Type.Integer({ description: 'of the opinion; earlier ones stay' }),
  content_sha256: Type.String({ description: 'hexadecimal' }),
});
const EngagementSharedData = Type.Object({
  ...EngagementFields,
  engager_name: Type.String(),
  expert_name: Type.String(),
});

const ExpectationFields = { deal_id: Id, listing_id: Id, round: Type.Integer() };
const ExpectationData = Type.Object(ExpectationFields);
const OverlapData = Type.Object({ ...ExpectationFields, overlap: Type.Boolean() });

const DealFields = {
  listing_id: Id,
  deal_id: Id,
  stage: Type.String({ description: 'of the deal, after the step' }),
  side: Type.String({ description: 'who took it: seller, buyer, pledgee or service' }),
};
const DealData = Type.Object(DealFields);
const EnquiryData = Type.Object({ ...DealFields, channel: Type.String() });
const OfferFields = {
  kind: Type.String({ description: 'sale, exclusive_licence or licence' }),
  price_minor: Type.Integer(),
  currency: Type.String(),
};
const OfferData = Type.Object({
  ...DealFields,
  ...OfferFields,
  offer_id: Id,
  expires_at: Type.String({ format: 'date-time' }),
});
const PublishedData = Type.Object({
  listing_id: Id,
  pseudonym_id: Id,
  seller_name: Type.String({ description: 'the pseudonym’s' }),
  title: Type.String(),
  summary: Type.String(),
  territories: Type.Array(Type.String()),
  fields: Type.Array(Type.Integer(), { description: 'WIPO technology fields' }),
  asking_minor: Nullable(Type.Integer()),
  currency: Type.String(),
  expires_on: Day,
});
const MessageData = Type.Object({ listing_id: Id, deal_id: Id, seq: Type.Integer(), side: Type.String() });
const ConsentAskedData = Type.Object({
  consent_id: Id,
  of_pledge_id: Id,
  patent_ids: Type.Array(Type.String({ format: 'uuid' })),
  ...OfferFields,
});

export const LISTING_EVENTS: EventKinds = {
  'listing.enquired': { summary: 'A buyer opened a deal over an own listing', data: EnquiryData },
  'listing.message': { summary: 'The other side of a deal said something', data: MessageData },
  'listing.deal.confidential': { summary: 'Both sides signed the confidentiality agreement', data: DealData },
  'listing.deal.data_room': { summary: 'The seller opened the data room to a buyer', data: DealData },
  'listing.deal.offered': { summary: 'The other side made an offer', data: OfferData },
  'listing.deal.accepted': { summary: 'The other side accepted the offer', data: DealData },
  'listing.deal.filed': { summary: 'The assignment was filed with the office', data: DealData },
  'listing.deal.recorded': { summary: 'The register names the buyer', data: DealData },
  'listing.deal.closed': { summary: 'A recorded deal was closed', data: DealData },
  'listing.deal.withdrawn': { summary: 'A deal was withdrawn from, or its listing is over', data: DealData },
  'listing.consent.asked': {
    summary: 'A pledgee is asked for its consent to an offer for its pledge',
    data: ConsentAskedData,
  },
  'listing.consent.given': { summary: 'The pledgee consented to the offer', data: DealData },
  'listing.consent.refused': { summary: 'The pledgee refused the offer', data: DealData },
  'listing.referred': {
    summary: 'A seller sent a listing to an intermediary',
    data: Type.Object({ listing_id: Id }),
  },
  'listing.want.answered': {
    summary: 'A seller pointed a listing out to an own want',
    data: Type.Object({ want_id: Id, listing_id: Id }),
  },
  'listing.published': {
    summary: 'Patents were listed for sale or licence; for staff to read',
    data: PublishedData,
  },
  'listing.ended': {
    summary: 'A listing is over: sold, withdrawn or expired; for staff to read',
    data: Type.Object({ listing_id: Id, state: Type.String() }),
  },
  'listing.expired': {
    summary: 'An own listing came to its day',
    data: Type.Object({ listing_id: Id, expires_on: Day }),
  },
  'listing.expert.asked': { summary: 'Somebody asks an expert for an opinion', data: EngagementAskedData },
  'listing.expert.accepted': { summary: 'An expert takes an engagement', data: EngagementData },
  'listing.expert.declined': { summary: 'An expert declines an engagement', data: EngagementData },
  'listing.expert.withdrawn': { summary: 'Who asked needs no opinion any more', data: EngagementData },
  'listing.expert.delivered': {
    summary: 'An expert delivered an opinion or a version of it',
    data: OpinionData,
  },
  'listing.expert.ended': { summary: 'An engagement ended', data: EngagementData },
  'listing.expert.shared': {
    summary: 'An engagement and its opinions were shown',
    data: EngagementSharedData,
  },
  'listing.expectation.asked': {
    summary: 'The other side of a deal submitted a sealed range and waits for one',
    data: ExpectationData,
  },
  'listing.expectation.answered': {
    summary: 'Whether the sealed ranges of a round overlap; sent to both sides',
    data: OverlapData,
  },
  'listing.expectation.opened': {
    summary: 'Both sides consented to learning the midpoint of the overlap; sent to both',
    data: ExpectationData,
  },
};
