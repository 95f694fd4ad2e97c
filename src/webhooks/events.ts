/** The catalogue of events: types, what each tells, and the JSON Schema of its body. */
import Type, { type TSchema } from 'typebox';
import { CLEARED_EVENT_TYPE, RULES } from '../../models/risk/rules.ts';
import { STATUSES } from '../../models/risk/status.ts';
import { AMENDMENT_KINDS } from '../pledges/amendments/rules.ts';
import { MOVE_DETAILS } from '../pledges/lifecycle.ts';
import { FILING_EVENTS } from './catalogue/filing.ts';
import { LISTING_EVENTS } from './catalogue/listing.ts';
import { MARKING_EVENTS } from './catalogue/marking.ts';
import { NETWORK_EVENTS } from './catalogue/network.ts';
import { Day, type EventKinds, Id, Nullable, Party } from './catalogue/shared.ts';

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

const TestData = Type.Object({ message: Type.String() });

/** Every event type that the service can send. */
export const EVENTS: EventKinds = {
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
  ...NETWORK_EVENTS,
  ...FILING_EVENTS,
  ...MARKING_EVENTS,
  ...LISTING_EVENTS,
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
