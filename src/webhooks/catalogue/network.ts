/** Events of the regional network: plans, desks, bulletins, needs and introductions. */
import Type from 'typebox';
import { Day, type EventKinds, Id, Nullable } from './shared.ts';

const PlanNearData = Type.Object({
  meter: Type.String({ description: 'what is counted' }),
  month: Day,
  quota: Type.Integer({ description: 'uses in the month' }),
  used: Type.Integer(),
});

const HandoverData = Type.Object({
  handover_id: Id,
  client_id: Id,
  from_desk_id: Id,
  to_desk_id: Id,
  reason: Type.String(),
});

const BulletinData = Type.Object({
  bulletin_id: Id,
  subscription_id: Id,
  region: Type.String(),
  field: Nullable(Type.Integer({ description: 'WIPO technology field; null: all' })),
  from_on: Day,
  until_on: Type.String({ format: 'date', description: 'the first day after the period' }),
  content_sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});

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

export const NETWORK_EVENTS: EventKinds = {
  'network.plan.near': {
    summary: 'Most of what the own plan holds of something this month is used',
    data: PlanNearData,
  },
  'network.handover.asked': {
    summary: 'A desk asks another to take a client over; sent to both',
    data: HandoverData,
  },
  'network.handover.accepted': { summary: 'A client was handed over to another desk', data: HandoverData },
  'network.handover.declined': { summary: 'A desk does not take a client over', data: HandoverData },
  'network.handover.withdrawn': { summary: 'A hand-over is asked for no more', data: HandoverData },
  'network.bulletin.published': { summary: 'A bulletin that was subscribed to is there', data: BulletinData },
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
};
