/** What routes of agencies and engagements take and tell. */
import Type from 'typebox';
import { CONFLICT_KINDS } from '../../../models/agencies/conflicts.ts';
import { Closed, Id, Instant, Nullable, OneOf } from '../../http/schemas.ts';
import { AGENCY_STATES } from './directory.ts';
import { ENGAGEMENT_STATES, STEPS } from './engagement-store.ts';

export const MAX_LISTED = 20;
export const MAX_INSTRUCTION_CHARS = 4_000;
export const MAX_MESSAGE_CHARS = 4_000;
export const MAX_NOTE_CHARS = 500;
export const MAX_ABOUT_CHARS = 2_000;
export const MAX_NAME_CHARS = 200;
export const MAX_LICENCE_CHARS = 80;

export const Office = Type.String({ pattern: '^[A-Z]{2}$', description: 'WIPO ST.3 code' });
export const Language = Type.String({ pattern: '^[a-z]{2}$', description: 'ISO 639-1' });
export const Field = Type.Integer({ minimum: 1, maximum: 35, description: 'WIPO technology field' });
const list = <T extends Parameters<typeof Type.Array>[0]>(item: T, description: string) =>
  Type.Array(item, { minItems: 1, maxItems: MAX_LISTED, uniqueItems: true, description });

export const EntryFields = {
  licence_number: Type.String({ minLength: 1, maxLength: MAX_LICENCE_CHARS }),
  register_names: list(
    Type.String({ minLength: 1, maxLength: MAX_NAME_CHARS }),
    'as documents of the offices spell it; its record is of the cases that name it so',
  ),
  offices: list(Office, 'before which it acts'),
  languages: list(Language, 'that it works in'),
  about: Type.String({ maxLength: MAX_ABOUT_CHARS }),
};
export const NewEntry = Closed(EntryFields);

const Interval = (of: string) =>
  Type.Object(
    {
      rate: Type.Number(),
      low: Type.Number({ description: 'lower end of the central 90 %' }),
      high: Type.Number(),
      n: Type.Number({ description: 'own observations; the fewer, the closer to all agencies' }),
    },
    { description: of },
  );

const Record = Type.Object({
  sources: Type.Array(Type.String(), { description: 'of the documents that name it' }),
  cases: Type.Integer(),
  granted: Type.Integer(),
  given_up: Type.Integer({ description: 'refused or withdrawn' }),
  waiting: Type.Integer(),
  grant_rate: Interval('of cases granted or given up, shrunk towards all agencies'),
  pendency: Nullable(
    Type.Object(
      {
        years: Type.Number(),
        low: Type.Number(),
        high: Type.Number(),
        n: Type.Integer({ description: 'decided cases' }),
        waiting: Type.Integer({ description: 'cases that count for the time they have waited' }),
      },
      { description: 'median time from filing to a decision, shrunk towards all agencies; central 90 %' },
    ),
  ),
  fields: Type.Array(Type.Object({ of: Field, granted: Type.Integer() }), {
    description: 'of granted cases',
  }),
  offices: Type.Array(Type.Object({ of: Type.String(), granted: Type.Integer() })),
  rating: Interval('by clients, from 1 to 5, shrunk towards all agencies'),
  prior: Type.Object(
    { agencies: Type.Integer(), cases: Type.Integer() },
    { description: 'what it is shrunk towards' },
  ),
});

export const AgencyBody = Type.Object({
  agency_id: Id,
  name: Type.String(),
  ...EntryFields,
  state: OneOf(AGENCY_STATES, 'what staff decided about its entry'),
  reason: Type.String(),
  entered_at: Instant,
  decided_at: Nullable(Instant),
  computed_at: Nullable(Instant),
  record: Nullable(Record),
});

export const ConflictBody = Type.Object({
  kind: OneOf(CONFLICT_KINDS, 'why'),
  hard: Type.Boolean({ description: 'cannot be accepted' }),
  principal: Nullable(
    Type.String({ description: 'for whom it acts on public registers; null for a client here' }),
  ),
  cases: Nullable(Type.Integer({ description: 'of that principal' })),
});

export const NewInstruction = Closed({
  draft_id: Id,
  agency_id: Id,
  instruction: Type.String({ minLength: 1, maxLength: MAX_INSTRUCTION_CHARS }),
  accepted_conflicts: Type.Array(OneOf(CONFLICT_KINDS, 'a conflict that was shown and is accepted'), {
    maxItems: CONFLICT_KINDS.length,
    uniqueItems: true,
  }),
});

export const StepBody = Closed({ step: OneOf(STEPS, 'what is done') });
export const NewMessage = Closed({ body: Type.String({ minLength: 1, maxLength: MAX_MESSAGE_CHARS }) });
export const NewRating = Closed({
  score: Type.Integer({ minimum: 1, maximum: 5 }),
  note: Type.String({ maxLength: MAX_NOTE_CHARS, description: 'for the agency to read' }),
});

export const EngagementBody = Type.Object({
  id: Id,
  draft_id: Id,
  firm_id: Id,
  firm_name: Type.String(),
  agency_id: Id,
  agency_name: Type.String(),
  state: OneOf(ENGAGEMENT_STATES, 'the last step'),
  instruction: Type.String(),
  technology_field: Nullable(Field),
  accepted_conflicts: Type.Array(Type.String()),
  asked_at: Instant,
  changed_at: Instant,
  score: Nullable(Type.Integer()),
  rating_note: Nullable(Type.String()),
});

export const MessageBody = Type.Object({
  id: Id,
  organisation_id: Type.String({ description: 'who wrote it' }),
  author_id: Type.String(),
  body: Type.String(),
  sent_at: Instant,
});
