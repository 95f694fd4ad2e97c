import Type from 'typebox';
import { CLIENT_KINDS, STAGES } from '../../../models/desk/pipeline.ts';
import { attempt } from '../../../models/failure.ts';
import { noRegion, readRegion } from '../../../models/matching/regions.ts';
import { Problem } from '../../errors.ts';
import { Closed, Day, Id, Instant, Nullable, OneOf, Version } from '../../http/schemas.ts';
import { say } from '../sentences.ts';
import { HANDOVER_STATES } from './handovers.ts';

export const MAX_CONTACT_LENGTH = 300;

export const Name = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, description });
export const Region = Type.String({
  minLength: 2,
  maxLength: 6,
  description: 'ISO 3166-1 country, ISO 3166-2 part of it, or six digits of GB/T 2260',
});
export const Note = Type.String({ maxLength: 2000, description: 'what was said or done' });
export const Count = Type.Integer({ minimum: 0 });
export const StageName = OneOf(STAGES, 'where the desk stands with the client');
const Kind = OneOf(CLIENT_KINDS, 'of client');

export const Desk = Type.Object({
  id: Id,
  name: Type.String(),
  region: Type.String(),
  made_at: Instant,
  own: Type.Boolean({ description: 'the caller works there' }),
});

export const Seat = Type.Object({
  desk_id: Id,
  organisation_id: Id,
  person_id: { ...Nullable(Id), description: 'null: all people and keys of the organisation' },
  since: Instant,
});

export const ClientGiven = {
  name: Name(200, 'of the client'),
  kind: Kind,
  region: Region,
  registration_number: {
    ...Nullable(Type.String({ minLength: 1, maxLength: 30 })),
    description: 'Unified Social Credit Code; null where there is none',
  },
  account_id: {
    ...Nullable(Id),
    description: 'the client as an organisation of the service; null where it is none',
  },
  contact: {
    ...Nullable(Type.String({ minLength: 1, maxLength: MAX_CONTACT_LENGTH })),
    description: 'whom to ask for there, and how; kept sealed',
  },
};

export const Client = Type.Object({
  id: Id,
  desk_id: Id,
  ...ClientGiven,
  registration_number: Nullable(Type.String()),
  region: Type.String(),
  stage: StageName,
  version: Version,
  made_at: Instant,
  made_by: Type.String(),
});

export const Entry = Type.Object({
  id: Id,
  desk_id: { ...Id, description: 'the desk that did it' },
  desk_client_id: Id,
  kind: OneOf(['moved', 'noted', 'changed', 'handed_over'], 'of entry'),
  detail: Type.Record(Type.String(), Type.Unknown()),
  note: Type.String(),
  at: Instant,
  actor: Type.String(),
});

export const Task = Type.Object({
  id: Id,
  desk_id: Id,
  desk_client_id: Nullable(Id),
  title: Type.String(),
  due_on: Day,
  made_at: Instant,
  made_by: Type.String(),
  done_at: Nullable(Instant),
  done_by: Nullable(Type.String()),
});

export const Handover = Type.Object({
  id: Id,
  desk_client_id: Id,
  client_name: Type.String(),
  from_desk_id: Id,
  to_desk_id: Id,
  reason: Type.String(),
  state: OneOf(HANDOVER_STATES, 'of the hand-over'),
  asked_at: Instant,
  asked_by: Type.String(),
  answered_at: Nullable(Instant),
  answered_by: Nullable(Type.String()),
});

export const Figures = Type.Object({
  desk_id: Id,
  name: Type.String(),
  region: Type.String(),
  clients: Count,
  by_stage: Type.Object(Object.fromEntries(STAGES.map((stage) => [stage, Count]))),
  tasks_open: Count,
  tasks_overdue: Count,
  months: Type.Array(
    Type.Object({
      month: Day,
      added: { ...Count, description: 'clients that were added' },
      served: { ...Count, description: 'moves of clients to `served`' },
      introductions: Count,
      deals: Count,
    }),
    { description: 'months in which something happened, in order' },
  ),
});

export const OfDesk = Closed({ id: Id });
export const OfClient = Closed({ id: Id, client_id: Id });

/** A region as it is kept. @throws Problem `bad_request` naming the field */
export function regionIn(text: string, pointer = '/body/region'): string {
  const read = attempt(() => readRegion(text));
  if (read.ok) return read.value;
  const sentence = noRegion(text);
  throw new Problem('bad_request', say('region_misplaced', { pointer, fault: sentence }), [
    { pointer, detail: 'is no region', sentence },
  ]);
}
