/**
 * A firm instructs an agency of the directory over a draft; the agency accepts or declines, and from its acceptance to the end
 * of the engagement it reads the draft. Both write messages; the firm rates the work once it is over.
 */

import type { Conflict, ConflictKind } from '../../../models/agencies/conflicts.ts';
import type { Sentence } from '../../../models/sentences.ts';
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { attempt } from '../../audit/refusal.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { emitEvents } from '../../outbox/emit.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { Service } from '../../service.ts';
import { draftWithText } from '../drafts/store.ts';
import { say } from '../sentences.ts';
import { findConflicts, subjectOf } from './conflicts.ts';
import { findAgency } from './directory.ts';
import {
  type Engagement,
  findEngagement,
  insertEngagement,
  insertMessage,
  insertStep,
  type Message,
  type Step,
} from './engagement-store.ts';

/** Of one draft, over and open. */
export const MAX_ENGAGEMENTS = 50;
/** Of one engagement. */
export const MAX_MESSAGES = 5_000;

/** Who may take a step, and from which states. */
const STEP_RULES: Readonly<Record<Step, { by: readonly Side[]; from: readonly string[] }>> = {
  accepted: { by: ['agency'], from: ['asked'] },
  declined: { by: ['agency'], from: ['asked'] },
  withdrawn: { by: ['firm'], from: ['asked'] },
  ended: { by: ['firm', 'agency'], from: ['accepted'] },
};
/** States in which messages may be written. */
const TALKING = ['asked', 'accepted'];

type Side = 'firm' | 'agency';

export interface Instruction {
  draft_id: string;
  agency_id: string;
  instruction: string;
  accepted_conflicts: ConflictKind[];
}

/** @throws Problem `not_found` for a draft that is not the firm's own, or an agency outside the directory */
export async function conflictsWith(
  tx: Transaction,
  { draft_id, agency_id }: Pick<Instruction, 'draft_id' | 'agency_id'>,
  { organisation_id }: Caller,
  now: Date,
): Promise<Conflict[]> {
  const { draft, text } = await draftWithText(tx, draft_id);
  const agency = await findAgency(tx, agency_id);
  if (draft.firm_id !== organisation_id) throw new Problem('not_found', 'There is no such draft.');
  return findConflicts(tx, draft, await subjectOf(tx, text, now), agency, now);
}

/** @throws Problem `not_found`, `conflict` when it was asked already, `refused` for a conflict of interest and over the limit */
export async function instruct(
  tx: Transaction,
  vault: Vault,
  { draft_id, agency_id, instruction, accepted_conflicts }: Instruction,
  caller: Caller,
  now: Date,
): Promise<Engagement> {
  const { organisation_id: firm_id, key_id } = caller;
  const agency = await findAgency(tx, agency_id);
  if (agency.state !== 'admitted')
    throw new Problem('not_found', 'There is no such agency in the directory.');
  requireAccepted(await conflictsWith(tx, { draft_id, agency_id }, caller, now), accepted_conflicts);
  await tx`select from filing_draft where id = ${draft_id} for no key update`;
  await requireRoom(tx, draft_id, agency_id);
  const { text } = await draftWithText(tx, draft_id);
  const id = newId('fen');
  await insertEngagement(tx, vault, {
    id,
    draft_id,
    firm_id,
    agency_id,
    instruction,
    ...(await subjectOf(tx, text, now)),
    accepted_conflicts: [...accepted_conflicts],
    author_id: key_id,
    asked_at: now,
  });
  return tell(tx, await findEngagement(tx, vault, id), 'asked', caller, now);
}

function requireAccepted(conflicts: readonly Conflict[], accepted: readonly string[]): void {
  const [hard] = conflicts.filter((conflict) => conflict.hard);
  if (hard) throw new Problem('refused', say('agency_conflict_hard', { conflicts: described(hard) }));
  const open = conflicts.filter(({ kind }) => !accepted.includes(kind));
  if (open.length > 0)
    throw new Problem('refused', say('agency_conflicts_open', { conflicts: open.map(described) }), [
      {
        pointer: '/body/accepted_conflicts',
        detail: `must hold ${open.map(({ kind }) => kind).join(', ')}`,
      },
    ]);
}

function described({ kind: conflict, principal }: Conflict): Sentence {
  return principal === null
    ? say('agency_conflict', { conflict })
    : say('agency_conflict_over', { conflict, principal });
}

async function requireRoom(tx: Transaction, draft_id: string, agency_id: string): Promise<void> {
  const [held] = await tx<{ all: number; open: number }[]>`
    select count(*) as all, count(*) filter (where agency_id = ${agency_id} and not exists (select from
      filing_engagement_step where engagement_id = id and step in ('declined', 'withdrawn', 'ended'))) as open
    from filing_engagement where draft_id = ${draft_id}`;
  if (held!.open > 0) throw new Problem('conflict', say('agency_asked_already'));
  if (held!.all >= MAX_ENGAGEMENTS)
    throw new Problem('refused', say('agency_engagements_full', { count: MAX_ENGAGEMENTS }));
}

/** @throws Problem `not_found` for whom it does not concern, `conflict` for the other side's step and out of order */
export async function takeStep(
  tx: Transaction,
  vault: Vault,
  engagement_id: string,
  step: Step,
  caller: Caller,
  now: Date,
): Promise<Engagement> {
  const engagement = await locked(tx, vault, engagement_id);
  const side = sideOf(engagement, caller);
  const { by, from } = STEP_RULES[step];
  if (!by.includes(side))
    throw new Problem('conflict', say('agency_step_of_other', { engagement_step: step, by_side: by, side }));
  if (!from.includes(engagement.state))
    throw new Problem(
      'conflict',
      say('agency_step_out_of_order', { engagement_state: engagement.state, engagement_step: step }),
    );
  const { organisation_id, key_id: author_id } = caller;
  await insertStep(tx, engagement_id, { step, organisation_id, author_id, at: now });
  return tell(tx, await findEngagement(tx, vault, engagement_id), step, caller, now);
}

/** @throws Problem `not_found`, `conflict` when the engagement is over, `refused` over the limit */
export async function sendMessage(
  tx: Transaction,
  vault: Vault,
  engagement_id: string,
  body: string,
  { organisation_id, key_id: author_id }: Caller,
  now: Date,
): Promise<Message> {
  const engagement = await locked(tx, vault, engagement_id);
  if (!TALKING.includes(engagement.state))
    throw new Problem('conflict', say('agency_messages_over', { engagement_state: engagement.state }));
  const [held] = await tx<{ count: number }[]>`
    select count(*) from filing_message where engagement_id = ${engagement_id}`;
  if (held!.count >= MAX_MESSAGES)
    throw new Problem('refused', say('agency_messages_full', { count: MAX_MESSAGES }));
  const message: Message = { id: newId('fmg'), organisation_id, author_id, body, sent_at: now };
  await insertMessage(tx, vault, engagement, message);
  const { firm_id, agency_id } = engagement;
  const about = { engagement_id, message_id: message.id };
  await appendAudit(tx, [
    {
      organisation_id,
      at: now,
      actor: author_id,
      action: 'filing.message.sent',
      subject: engagement_id,
      detail: about,
    },
  ]);
  await emitEvents(tx, [
    {
      type: 'filing.message.received',
      pledge_id: null,
      bank_id: organisation_id === agency_id ? null : agency_id,
      firm_id: organisation_id === firm_id ? null : firm_id,
      between_parties: true,
      occurred_at: now,
      data: { ...about, draft_id: engagement.draft_id, from: organisation_id },
    },
  ]);
  return message;
}

/** @throws Problem `not_found`, `conflict` before the end and for a second one, `forbidden` for the agency */
export async function rate(
  tx: Transaction,
  vault: Vault,
  engagement_id: string,
  { score, note }: { score: number; note: string },
  caller: Caller,
  now: Date,
): Promise<Engagement> {
  const engagement = await locked(tx, vault, engagement_id);
  if (sideOf(engagement, caller) !== 'firm')
    throw new Problem('conflict', 'An engagement is rated by the firm; you are the agency.');
  if (engagement.state !== 'ended')
    throw new Problem('conflict', say('agency_rated_early', { engagement_state: engagement.state }));
  if (engagement.score !== null)
    throw new Problem('conflict', say('agency_rated_already', { score: engagement.score }));
  await tx`insert into filing_rating ${tx({ engagement_id, score, note, author_id: caller.key_id, rated_at: now })}`;
  return tell(tx, await findEngagement(tx, vault, engagement_id), 'rated', caller, now, { score });
}

/** Against twins of the same step: the tenant may not change the row, and locking it counts as such. */
async function locked(tx: Transaction, vault: Vault, id: string): Promise<Engagement> {
  await acrossTenants(tx, () => tx`select from filing_engagement where id = ${id} for no key update`);
  return findEngagement(tx, vault, id);
}

function sideOf({ firm_id }: Engagement, { organisation_id }: Caller): Side {
  return firm_id === organisation_id ? 'firm' : 'agency';
}

/** Both chains hear of it, and both parties' endpoints. @returns the engagement */
async function tell(
  tx: Transaction,
  engagement: Engagement,
  what: Step | 'asked' | 'rated',
  { organisation_id, key_id }: Caller,
  at: Date,
  more: { score?: number } = {},
): Promise<Engagement> {
  const { id, draft_id, firm_id, firm_name, agency_id, agency_name } = engagement;
  const detail = { draft_id, firm_id, agency_id, ...more };
  const entry = { at, action: `filing.engagement.${what}`, subject: id, detail };
  await appendAudit(
    tx,
    [firm_id, agency_id].map((party) => ({
      ...entry,
      organisation_id: party,
      actor: party === organisation_id ? key_id : organisation_id,
    })),
  );
  await emitEvents(tx, [
    {
      type: `filing.engagement.${what}`,
      pledge_id: null,
      bank_id: agency_id,
      firm_id,
      between_parties: true,
      occurred_at: at,
      data: {
        engagement_id: id,
        draft_id,
        firm: { organisation_id: firm_id, name: firm_name, kind: 'firm' },
        agency: { organisation_id: agency_id, name: agency_name, kind: 'agency' },
        by: organisation_id,
        ...more,
      },
    },
  ]);
  return engagement;
}

/** What is refused goes to the chain of who tried it, but not what is missing. */
export function attemptOnEngagement<T>(
  service: Service,
  caller: Caller,
  { action, subject }: { action: string; subject: string },
  work: () => Promise<T>,
): Promise<T> {
  const heardBy = async ({ code }: Problem) => (code === 'not_found' ? [] : [caller.organisation_id]);
  return attempt(service, { caller, action, subject }, heardBy, work);
}
