/** The catalogue of events: types, what each tells, and the JSON Schema of its body. */
import Type, { type TSchema } from 'typebox';
import { CLEARED_EVENT_TYPE, RULES } from '../../models/risk/rules.ts';
import { STATUSES } from '../../models/risk/status.ts';
import { AMENDMENT_KINDS } from '../pledges/amendments/rules.ts';
import { MOVE_DETAILS } from '../pledges/lifecycle.ts';

const Id = Type.String();
const Day = Type.String({ format: 'date' });
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const PatentRef = Type.Object({
  patent_id: Type.String({ format: 'uuid' }),
  office: Type.String({ description: 'WIPO ST.3' }),
  application_number: Type.String(),
});

const FlagData = Type.Object({
  flag_id: Id,
  as_of: Day,
  rule: Type.String(),
  rule_version: Type.Integer(),
  severity: Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('critical')]),
  title: Type.String(),
  patent: Nullable(PatentRef),
  case_key: Type.String({ description: 'flags of one cause share it' }),
  evidence: Type.Record(Type.String(), Nullable(Type.Union([Type.Number(), Type.String()]))),
});

const MoveData = Type.Object({
  as_of: Day,
  from: Nullable(Type.String()),
  to: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
});

const MarginCallData = Type.Object({
  as_of: Day,
  margin_call_id: Id,
  due_on: Day,
  shortfall_minor: Type.Integer({ description: 'repayment that reaches the target, on the day of the call' }),
});

const AmendmentData = Type.Object({
  as_of: Day,
  amendment_id: Id,
  kind: Type.Union(AMENDMENT_KINDS.map((kind) => Type.Literal(kind))),
  changes: Type.Record(Type.String(), Type.Unknown()),
  reason: Type.String(),
  change_number: Nullable(Type.String({ description: 'of the office that registered the change' })),
  changed_on: Nullable(Day),
});

const CollateralData = Type.Object({
  as_of: Day,
  amendment_id: Id,
  added: Type.Array(Type.String({ format: 'uuid' }), { description: 'ids of patents' }),
  removed: Type.Array(Type.String({ format: 'uuid' })),
});

const DeregistrationData = Type.Object({
  as_of: Day,
  number: Type.String({ description: 'the office’s own' }),
  deregistered_on: Day,
});

const DecisionData = Type.Object({
  flag_id: Id,
  rule: Type.String(),
  decision: Type.String(),
  note: Type.String(),
});

const ReopeningData = Type.Object({ flag_id: Id, rule: Type.String(), note: Type.String() });

const Status = Type.Union(STATUSES.map((status) => Type.Literal(status)));

const StatusData = Type.Object({
  as_of: Day,
  from: Status,
  to: Status,
});

const EndpointData = {
  endpoint_id: Id,
  description: Type.String({ description: 'the owner’s own, of the endpoint' }),
  failures: Type.Integer({ description: 'attempts since it last took an event' }),
  failing_since: Type.String({ format: 'date-time' }),
  reason: Type.String(),
};

const FailingData = Type.Object({
  ...EndpointData,
  cause: Type.Union([Type.Literal('failures'), Type.Literal('lane_paused')]),
  failing_percent: Nullable(
    Type.Integer({ description: 'of the time after which the endpoint is disabled; null for lane_paused' }),
  ),
  paused_pledge_id: Nullable(
    Type.String({ description: 'whose events wait behind one that was given up; null for failures' }),
  ),
});

const WatchData = Type.Object({
  list_ids: Type.Array(Id, { description: 'of the own lists that hold the patent' }),
  patent: PatentRef,
  legal_state: Type.String(),
  signals: Type.Array(
    Type.Object({
      signal_id: Type.String({ format: 'uuid' }),
      kind: Type.String(),
      source_code: Type.String({ description: 'the office’s own code' }),
      effective_on: Nullable(Day),
      published_on: Day,
    }),
    { description: 'latest first, at most 20' },
  ),
});

const HeadData = Type.Object({
  organisation_id: Id,
  as_of: Day,
  seq: Type.Integer({ description: 'entries of the chain' }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'of the last one' }),
});

const SourceData = Type.Object({
  source: Type.String({ description: 'id of the adapter' }),
  last_heard_on: Day,
  cadence_days: Type.Integer(),
  tolerance_days: Type.Integer(),
});

const Party = Type.Object({ organisation_id: Id, name: Type.String(), kind: Type.String() });

const IdentityRequestFields = {
  request_id: Id,
  pseudonym_id: Id,
  context: Type.Object({
    kind: Type.String({ description: 'what is shown under the pseudonym' }),
    id: Id,
  }),
};
const IdentityRequestData = Type.Object(IdentityRequestFields);
const AskedData = Type.Object({ ...IdentityRequestFields, asker: Party, reason: Type.String() });
const RevealedData = Type.Object({ ...IdentityRequestFields, asker: Party, owner: Party });

const IntroductionData = Type.Object({
  introduction_id: Id,
  need_id: Id,
  offer_id: Id,
  state: Type.String(),
  by: Nullable(Type.String({ description: 'need or offer, whose side took the step; null for the service' })),
});
const AskedIntroductionData = Type.Object({ ...IntroductionData.properties, message: Type.String() });
const Introduced = Type.Object({ organisation_id: Id, name: Type.String() });
const IntroducedData = Type.Object({
  ...IntroductionData.properties,
  parties: Type.Object({ need: Introduced, offer: Introduced }),
});
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

const FilingEngagementFields = {
  engagement_id: Id,
  draft_id: Id,
  firm: Party,
  agency: Party,
  by: Type.String({ description: 'organisation that did it' }),
};
const FilingEngagementData = Type.Object(FilingEngagementFields);
const RatedData = Type.Object({ ...FilingEngagementFields, score: Type.Integer({ minimum: 1, maximum: 5 }) });
const FilingMessageData = Type.Object({
  engagement_id: Id,
  message_id: Id,
  draft_id: Id,
  from: Type.String({ description: 'organisation that wrote it' }),
});
const AgencyDecisionData = Type.Object({ agency_id: Id, state: Type.String(), reason: Type.String() });
const SubmittedData = Type.Object({
  submission_id: Id,
  package_id: Id,
  draft_id: Id,
  version: Type.Integer({ description: 'of the draft' }),
  outcome: Type.String({ description: 'received or failed' }),
  attempts: Type.Integer(),
  receipt: Nullable(
    Type.Object({
      number: Type.String(),
      name: Type.String({ description: 'of the file that was handed in' }),
      sha256: Type.String(),
      received_at: Type.String({ format: 'date-time' }),
    }),
  ),
  reason: Nullable(Type.String({ description: 'of a failure' })),
});

const FilingDeadlineData = Type.Object({
  application_id: Id,
  deadline_id: Id,
  office: Type.String({ description: 'WIPO ST.3' }),
  kind: Type.String({ description: 'what is to be done' }),
  due_on: Day,
});

const OfficeActionData = Type.Object({
  application_id: Id,
  office_action_id: Id,
  kind: Type.String(),
  issued_on: Day,
  due_on: Nullable(Day),
});

const FilingGrantData = Type.Object({
  application_id: Id,
  office: Type.String({ description: 'WIPO ST.3' }),
  application_number: Type.String(),
  patent_id: Type.String({ format: 'uuid' }),
  granted_on: Day,
  watched: Type.Boolean({
    description: 'on a watch list by now; else as soon as the patent database has it',
  }),
});

const MarkedProduct = {
  product_id: Id,
  product: Type.String({ description: 'its name' }),
};
const CertificationData = Type.Object({ ...MarkedProduct, note: Type.String() });
const ClaimFields = {
  ...MarkedProduct,
  patents_left: Type.Integer({ minimum: 0, description: 'that the page of the product claims now' }),
  patent_id: Type.String({ format: 'uuid' }),
  number: Type.String({ description: 'as it is marked' }),
};
const ClaimRestoredData = Type.Object(ClaimFields);
const FalseMarkingData = Type.Object({ ...ClaimFields, legal_state: Type.String(), since: Nullable(Day) });
const MarkedLot = { product_id: Id, lot_id: Id, lot_code: Type.String() };
const SuspiciousData = Type.Object({
  ...MarkedLot,
  serial: Type.String(),
  alarmed_at: Type.String({ format: 'date-time' }),
  score: Type.Number({ description: 'log odds that the mark was copied' }),
});
const EnumeratedData = Type.Object({
  ...MarkedLot,
  hour: Type.String({ format: 'date-time' }),
  probes: Type.Integer({ description: 'forged marks that named the lot in that hour, so far' }),
});
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
const MessageData = Type.Object({
  listing_id: Id,
  deal_id: Id,
  seq: Type.Integer(),
  side: Type.String(),
});
const ConsentAskedData = Type.Object({
  consent_id: Id,
  of_pledge_id: Id,
  patent_ids: Type.Array(Type.String({ format: 'uuid' })),
  ...OfferFields,
});

const TestData = Type.Object({ message: Type.String() });

interface EventKind {
  summary: string;
  data: TSchema;
}

/** Every event type that the service can send. */
export const EVENTS: Readonly<Record<string, EventKind>> = {
  'pledge.requested': { summary: 'A pledge was requested', data: MoveData },
  ...Object.fromEntries(
    Object.keys(MOVE_DETAILS).map((state) => [
      `pledge.${state}`,
      { summary: `A pledge became ${state.replace('_', ' ')}`, data: MoveData },
    ]),
  ),
  'pledge.amendment.asked': { summary: 'The bank asked for an amendment', data: AmendmentData },
  'pledge.amendment.in_force': { summary: 'The firm consented to an amendment', data: AmendmentData },
  'pledge.amendment.declined': { summary: 'The firm declined an amendment', data: AmendmentData },
  'pledge.amendment.withdrawn': { summary: 'The bank withdrew an amendment', data: AmendmentData },
  'pledge.amendment.registered': { summary: 'The office registered an amendment', data: AmendmentData },
  'pledge.collateral.topped_up': { summary: 'Patents were added to a pledge', data: CollateralData },
  'pledge.collateral.substituted': { summary: 'Patents of a pledge were replaced', data: CollateralData },
  'pledge.collateral.reduced': { summary: 'Patents were taken out of a pledge', data: CollateralData },
  'pledge.deregistered': {
    summary: 'The office struck a pledge from its register after its contract was over',
    data: DeregistrationData,
  },
  'pledge.margin_call.opened': { summary: 'The bank asked for the cure of a breach', data: MarginCallData },
  'pledge.margin_call.met': { summary: 'A margin call was met', data: MarginCallData },
  'pledge.margin_call.expired': { summary: 'A margin call expired', data: MarginCallData },
  'pledge.margin_call.withdrawn': { summary: 'A margin call was withdrawn', data: MarginCallData },
  ...Object.fromEntries(RULES.map((rule) => [rule.event_type, { summary: rule.title, data: FlagData }])),
  'pledge.status.changed': { summary: 'The status of a pledge became another', data: StatusData },
  [CLEARED_EVENT_TYPE]: { summary: 'A flag was closed by its own rule', data: FlagData },
  'review.decided': { summary: 'Two of the staff decided a flag', data: DecisionData },
  'review.reopened': { summary: 'Staff took the decision on a flag back', data: ReopeningData },
  'endpoint.failing': {
    summary: 'An endpoint keeps failing, or stopped at a dead letter; sent to its owner’s other endpoints',
    data: FailingData,
  },
  'endpoint.disabled': {
    summary: 'An endpoint was disabled by the service; sent to its owner’s other endpoints',
    data: Type.Object(EndpointData),
  },
  'watch.patent.changed': { summary: 'Something was learnt of a patent on a watch list', data: WatchData },
  'audit.head': { summary: 'The head of the own audit chain, daily while it moves', data: HeadData },
  'data.source.late': { summary: 'A source was not heard of in time; sent to staff, once', data: SourceData },
  'data.source.heard': { summary: 'A late source was heard of again; sent to staff', data: SourceData },
  'identity.asked': { summary: 'Somebody asks who is behind an own pseudonym', data: AskedData },
  'identity.consented': {
    summary: 'The owner of a pseudonym consents to a reveal, until it revokes',
    data: IdentityRequestData,
  },
  'identity.refused': { summary: 'The owner of a pseudonym refuses a reveal', data: IdentityRequestData },
  'identity.revoked': {
    summary: 'The owner of a pseudonym took its consent back before it was used',
    data: IdentityRequestData,
  },
  'identity.withdrawn': { summary: 'Who asked does not want to know any more', data: IdentityRequestData },
  'identity.revealed': {
    summary: 'Who is behind a pseudonym was revealed by its owner’s consent; sent to both',
    data: RevealedData,
  },
  'network.need.expired': {
    summary: 'The days of an own need are over',
    data: Type.Object({ need_id: Id, title: Type.String() }),
  },
  'network.offer.expired': {
    summary: 'An own offer is available no longer',
    data: Type.Object({ offer_id: Id, title: Type.String() }),
  },
  'network.introduction.asked': {
    summary: 'Somebody asks to be introduced, over an own need or offer',
    data: AskedIntroductionData,
  },
  'network.introduction.consented': {
    summary: 'Both sides consented to an introduction: who they are; sent to both',
    data: IntroducedData,
  },
  'network.introduction.refused': { summary: 'An introduction was refused', data: IntroductionData },
  'network.introduction.withdrawn': {
    summary: 'Who asked for an introduction took it back',
    data: IntroductionData,
  },
  'network.introduction.expired': {
    summary: 'Nobody answered an introduction in time; sent to both',
    data: IntroductionData,
  },
  'network.introduction.met': { summary: 'The other side says that you met', data: IntroductionData },
  'network.introduction.deal': {
    summary: 'The other side says that there is a deal, which there is once both say it',
    data: IntroductionData,
  },
  'network.introduction.nothing': {
    summary: 'The other side says that nothing came of it',
    data: IntroductionData,
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
  'filing.deadline.near': { summary: 'A term of an own application comes near', data: FilingDeadlineData },
  'filing.deadline.missed': { summary: 'A term of an own application was missed', data: FilingDeadlineData },
  'filing.office_action.received': {
    summary: 'A letter of the office about an own application was recorded',
    data: OfficeActionData,
  },
  'filing.agency.decided': {
    summary: 'Staff admitted the own agency to the directory, or refused it',
    data: AgencyDecisionData,
  },
  'filing.engagement.asked': {
    summary: 'A firm instructs an agency over a draft',
    data: FilingEngagementData,
  },
  'filing.engagement.accepted': {
    summary: 'The agency accepts; it reads the draft from now on',
    data: FilingEngagementData,
  },
  'filing.engagement.declined': { summary: 'The agency declines', data: FilingEngagementData },
  'filing.engagement.withdrawn': {
    summary: 'The firm withdrew before the agency answered',
    data: FilingEngagementData,
  },
  'filing.engagement.ended': {
    summary: 'An engagement is over; the agency reads the draft no more',
    data: FilingEngagementData,
  },
  'filing.engagement.rated': { summary: 'The firm rated the work of an agency', data: RatedData },
  'filing.message.received': {
    summary: 'The other party of an engagement wrote; its words are not in the event',
    data: FilingMessageData,
  },
  'filing.package.submitted': {
    summary: 'A package of an application was handed in: received, or failed',
    data: SubmittedData,
  },
  'filing.granted': { summary: 'An own application was granted', data: FilingGrantData },
  'mark.product.certified': {
    summary: 'Staff certified a product: marks may be issued',
    data: CertificationData,
  },
  'mark.product.refused': { summary: 'Staff refused to certify a product', data: CertificationData },
  'mark.false_marking': {
    summary: 'A patent that a product is marked with is no longer in force: its page stopped claiming it',
    data: FalseMarkingData,
  },
  'mark.claim_restored': {
    summary: 'A patent that a product is marked with is in force again, and claimed',
    data: ClaimRestoredData,
  },
  'mark.suspicious': { summary: 'By its scans a mark was most likely copied', data: SuspiciousData },
  'mark.enumerated': { summary: 'Somebody tries out forged marks of a lot', data: EnumeratedData },
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
  'endpoint.test': { summary: 'A test, asked for by the endpoint’s owner', data: TestData },
};

export type EventType = string;

export const EVENT_TYPES: readonly EventType[] = Object.keys(EVENTS);

/** The schema of one event's whole body, as the receiver gets it. */
export function eventSchema(type: EventType): TSchema {
  const context = Type.Object({
    event_id: Type.String({ description: 'the same in every copy; equals the webhook-id header' }),
    pledge_id: Nullable(Id),
    pledge_seq: Nullable(Type.Integer({ description: 'counts the events of one pledge without gaps' })),
    simulated: Type.Optional(Type.Literal(true, { description: 'an example that its owner asked for' })),
  });
  return Type.Object({
    type: Type.Literal(type),
    timestamp: Type.String({ format: 'date-time', description: 'when it happened, UTC' }),
    data: Type.Intersect([context, EVENTS[type]!.data]),
  });
}
