/** Events of applications on their way to a patent, and of the agencies that work on them. */
import Type from 'typebox';
import { Day, type EventKinds, Id, Nullable, Party } from './shared.ts';

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
  verified: Type.Boolean({
    description: 'false: the rule of the term was entered from memory and not compared with its source',
  }),
});

const OfficeActionData = Type.Object({
  application_id: Id,
  office_action_id: Id,
  kind: Type.String(),
  issued_on: Day,
  due_on: Nullable(Day),
  due_verified: Nullable(
    Type.Boolean({ description: 'false: the rule of the term was not compared with its source' }),
  ),
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

export const FILING_EVENTS: EventKinds = {
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
};
